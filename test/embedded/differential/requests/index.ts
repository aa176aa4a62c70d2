import type { RawClient } from "../../support/raw.js";
import { aggregations } from "./aggregations.js";
import { commits } from "./commits.js";
import { masks } from "./masks.js";
import { normalForm } from "./normal-form.js";
import { KINDS, pairs } from "./pairs.js";
import { int, type RequestCase } from "./parts.js";
import { preconditions } from "./preconditions.js";
import { queries } from "./queries.js";
import { reads } from "./reads.js";
import { vectors } from "./vectors.js";

/** Every request of the comparison, in one order. */
export const REQUESTS: RequestCase[] = [
  ...queries,
  ...normalForm,
  ...aggregations,
  ...commits,
  ...pairs,
  ...reads,
  ...vectors,
  ...masks,
  ...preconditions,
];

/** Makes the documents that the requests expect to exist. */
export async function prepare(raw: RawClient): Promise<void> {
  const names = ["c/a", "c/b", "pre/a"];
  for (const first of Object.keys(KINDS))
    for (const second of Object.keys(KINDS)) names.push(`pre/a${first} ${second}`);
  const outcome = await raw.commit(
    names.map((path) => ({
      operation: "update",
      update: { name: `${raw.root}/${path}`, fields: { a: int(1), b: int(2) } },
    })),
  );
  if (outcome.code !== 0) throw new Error(`the documents could not be made: ${outcome.code}`);
}
