import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, startEngine } from "../../../src/embedded/index.js";
import { officialEmulator } from "../../support/official-emulator.js";
import { NO_INDEXES } from "../support/engine.js";
import { rawClient } from "../support/raw.js";
import { prepare, REQUESTS } from "./requests/index.js";

/*
 * Single requests at and over the rules of the protocol, by raw gRPC. Both stores must answer with the same code,
 * except where docs/embedded-store.md lists a difference: those are checked as well. What refuses a query as a whole is
 * said in the same words too, because clients and the suites of others look for them.
 */

/** Requests that the two stores answer differently on purpose: [embedded, official]. */
const DIFFERENCES: Record<string, [number, number]> = {
  "query without from": [3, 0],
  "query without collection id": [3, 0],
  "query with a name cursor elsewhere": [3, 0],
  "query with a name cursor deeper": [3, 0],
  "query name elsewhere": [3, 0],
  "query name elsewhere, of an empty collection": [3, 0],
  "query name deeper": [3, 0],
  "query with a name cursor elsewhere, of an empty collection": [3, 0],
  "query to a reference to an id of 1,501 bytes in a collection without documents": [3, 0],
  "query with 101 equal filters": [3, 0],
  "query by a path of 1,500 bytes": [0, 3],
  "aggregation sum of every collection": [3, 0],
  "aggregation six": [3, 2],
  "commit in another database": [3, 0],
  "commit mask of the name": [3, 0],
  "commit transforms of the name": [3, 0],
  "commit mask of a name of 1,500 bytes": [0, 3],
  "commit transforms of a path of 1,501 bytes": [3, 0],
};

/** Requests whose refusals outside suites know by their words. */
const WORDED = /^(query|aggregation|list) /;
/** What a single value, name or alias is refused with is said in words of our own. */
const OWN_WORDS =
  /^(A value|A timestamp|A latitude|A longitude|A vector|An id|Document name|Resource name|Query parent|The field name) |^The (filter on a has no value|parent is not a document|referenced transaction)/;

/** The words without what differs on purpose: an order, and what production says otherwise than the emulator. */
function words(message: string): string {
  return message
    .replace(
      /(distinct inequality fields: \[)([^\]]*)/,
      (_, before, fields) => before + fields.split(", ").sort().join(),
    )
    .replace("requires an index that has fields", "requires an index with fields")
    .replace("The query requires an index. There is none: ", "");
}

describe("the official emulator and the embedded store answer with the same code", () => {
  const emulator = officialEmulator();
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, createIndexes: true });
  });
  afterAll(async () => {
    await engine.close();
  });

  it(`to ${REQUESTS.length} requests`, { timeout: 240_000 }, async (context) => {
    if ("unavailable" in emulator) return context.skip(emulator.unavailable);
    const embedded = rawClient(engine.port, "demo-validation");
    const official = rawClient(emulator.port, "demo-validation");
    await Promise.all([prepare(embedded), prepare(official)]);
    const surprises: string[] = [];
    for (const request of REQUESTS) {
      const [ours, theirs] = await Promise.all([request.send(embedded), request.send(official)]);
      const [expectedOurs, expectedTheirs] = DIFFERENCES[request.name] ?? [theirs.code, theirs.code];
      if (ours.code !== expectedOurs || theirs.code !== expectedTheirs) {
        surprises.push(`${request.name}: embedded ${JSON.stringify(ours)}, official ${JSON.stringify(theirs)}`);
      } else if ("message" in ours && "message" in theirs && ours.code === theirs.code && WORDED.test(request.name)) {
        if (OWN_WORDS.test(ours.message) || words(ours.message) === words(theirs.message)) continue;
        surprises.push(`${request.name}: embedded "${ours.message}", official "${theirs.message}"`);
      }
    }
    embedded.close();
    official.close();
    expect(surprises).toEqual([]);
  });
});
