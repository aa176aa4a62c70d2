import type { Timestamp, Write } from "../../../../src/embedded/encoding/messages.js";
import { type RequestCase, write } from "./parts.js";

/** Update times that a write may demand, and some that no document can have. */
const TIMES: Record<string, Timestamp> = {
  "of a whole microsecond": { seconds: "5", nanos: 1_000 },
  "finer than microseconds": { seconds: "5", nanos: 1_001 },
  "with negative nanoseconds": { seconds: "5", nanos: -1_000 },
  "with a second in nanoseconds": { seconds: "5", nanos: 1_000_000_000 },
  "before the epoch": { seconds: "-1" },
  "in the year 10,000": { seconds: "253402300800" },
  "in the year 9,999": { seconds: "253402300799" },
};

const OPERATIONS: Record<string, (name: string) => Write> = {
  update: (name) => ({ operation: "update", update: { name } }),
  delete: (name) => ({ operation: "delete", delete: name }),
  verify: (name) => ({ operation: "verify", verify: name }),
};

/** Writes that demand an update time, of a document that exists and one that does not. */
export const preconditions: RequestCase[] = Object.entries(TIMES).flatMap(([when, updateTime]) =>
  Object.entries(OPERATIONS).flatMap(([operation, make]) =>
    ["pre/a", "pre/none"].map((path) =>
      write(`${operation} of ${path} with an update time ${when}`, (raw) => [
        { ...make(`${raw.root}/${path}`), currentDocument: { conditionType: "updateTime", updateTime } },
      ]),
    ),
  ),
);
