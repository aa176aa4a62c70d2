import type { Write } from "../../../../src/embedded/encoding/messages.js";
import { int, type RequestCase, write } from "./parts.js";

/** The kinds of writes whose order within one commit has rules. */
export const KINDS: Record<string, (name: string) => Write> = {
  create: (name) => ({
    operation: "update",
    update: { name, fields: { a: int(1) } },
    currentDocument: { conditionType: "exists", exists: false },
  }),
  update: (name) => ({
    operation: "update",
    update: { name, fields: { b: int(1) } },
    currentDocument: { conditionType: "exists", exists: true },
  }),
  set: (name) => ({ operation: "update", update: { name, fields: { c: int(1) } } }),
  delete: (name) => ({ operation: "delete", delete: name }),
  "delete existing": (name) => ({
    operation: "delete",
    delete: name,
    currentDocument: { conditionType: "exists", exists: true },
  }),
  transform: (name) => ({
    operation: "transform",
    transform: { document: name, fieldTransforms: [{ fieldPath: "d", transformType: "increment", increment: int(1) }] },
  }),
  "timed update": (name) => ({
    operation: "update",
    update: { name, fields: { b: int(1) } },
    currentDocument: { conditionType: "updateTime", updateTime: { seconds: "5" } },
  }),
  "timed delete": (name) => ({
    operation: "delete",
    delete: name,
    currentDocument: { conditionType: "updateTime", updateTime: { seconds: "5" } },
  }),
  "verify existing": (name) => ({
    operation: "verify",
    verify: name,
    currentDocument: { conditionType: "exists", exists: true },
  }),
  "verify missing": (name) => ({
    operation: "verify",
    verify: name,
    currentDocument: { conditionType: "exists", exists: false },
  }),
};

/** Two writes of one document in one commit, each kind with each, on a document that exists and one that does not. */
export const pairs: RequestCase[] = Object.entries(KINDS).flatMap(([first, one]) =>
  Object.entries(KINDS).flatMap(([second, other]) =>
    ["pre/a", "pre/none"].map((path, index) =>
      write(`${first} then ${second} of ${index === 0 ? "an existing" : "a missing"} document`, (raw) => {
        // Each pair has a document of its own: those that succeed must not disturb the next ones.
        const name = `${raw.root}/${path}${first} ${second}`;
        return [one(name), other(name)];
      }),
    ),
  ),
);
