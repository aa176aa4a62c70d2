import { expect, it, onTestFinished } from "vitest";
import type { Write } from "../../../src/embedded/encoding/messages.js";
import { startEngine } from "../../../src/embedded/index.js";
import { FROM, int, where } from "../differential/requests/parts.js";
import { describeBothStores } from "../support/both-stores.js";
import { NO_INDEXES } from "../support/engine.js";
import { type Outcome, type RawClient, rawClient } from "../support/raw.js";

/*
 * A transaction that wrote nothing took place at the moment of its reads, whatever has changed since. The emulator holds
 * the other writer back until then, by its locks; here it commits first.
 */

const ABORTED = 10;

const set = (raw: RawClient, path: string, n: number): Write => ({
  operation: "update",
  update: { name: `${raw.root}/${path}`, fields: { n: int(n) } },
});

function only<T>(outcome: Outcome<T>): T {
  if (!("messages" in outcome) || outcome.messages[0] === undefined) throw new Error(JSON.stringify(outcome));
  return outcome.messages[0];
}

async function begin(raw: RawClient): Promise<Buffer> {
  const options = { readWrite: {} };
  return only(await raw.call<{ transaction: Buffer }>("BeginTransaction", { database: raw.database, options }))
    .transaction;
}

type Read = (raw: RawClient, transaction: Buffer) => Promise<Outcome<unknown>>;

const READS: [string, Read][] = [
  ["a document", (raw, transaction) => raw.call("GetDocument", { name: `${raw.root}/c/x`, transaction })],
  [
    "a query",
    (raw, transaction) =>
      raw.call("RunQuery", {
        parent: raw.root,
        structuredQuery: { from: FROM, where: where("n", "EQUAL", int(1)) },
        transaction,
      }),
  ],
  [
    "a count",
    (raw, transaction) =>
      raw.call("RunAggregationQuery", {
        parent: raw.root,
        structuredAggregationQuery: {
          structuredQuery: { from: FROM, where: where("n", "EQUAL", int(1)) },
          aggregations: [{ alias: "n", count: {} }],
        },
        transaction,
      }),
  ],
  ["a list", (raw, transaction) => raw.call("ListDocuments", { parent: raw.root, collectionId: "c", transaction })],
];

describeBothStores<RawClient>(
  (port) => {
    const raw = rawClient(port, "demo-nothing");
    return { client: raw, close: async () => raw.close() };
  },
  (onStore, store) => {
    for (const [title, read] of READS) {
      onStore(`a transaction that read ${title}, which was changed, and wrote nothing, commits`, async (raw) => {
        only(await raw.commit([set(raw, "c/x", 1)]));
        const id = await begin(raw);
        expect((await read(raw, id)).code).toBe(0);
        const change = raw.commit([set(raw, "c/x", 2)]);
        if (store === "embedded") only(await change);
        expect(await raw.commit([], id)).toMatchObject({ code: 0 });
        only(await change);
        // It has ended by that.
        expect((await raw.commit([], id)).code).toBe(3);
      });
    }
  },
);

// What is written must fit what was read, also when it changes nothing; the emulator's locks do not let it come to this.
it.each<[string, (raw: RawClient) => Write]>([
  ["a write that changes nothing", (raw) => set(raw, "c/y", 1)],
  ["a mask of nothing", (raw) => ({ ...set(raw, "c/y", 1), updateMask: {} })],
  [
    "a transform that changes nothing",
    (raw) => ({
      operation: "transform",
      transform: {
        document: `${raw.root}/c/y`,
        fieldTransforms: [{ fieldPath: "n", transformType: "maximum", maximum: int(0) }],
      },
    }),
  ],
  ["a deletion of nothing", (raw) => ({ operation: "delete", delete: `${raw.root}/c/none` })],
  [
    "a verification",
    (raw) => ({
      operation: "verify",
      verify: `${raw.root}/c/y`,
      currentDocument: { conditionType: "exists", exists: true },
    }),
  ],
])("a transaction whose read was changed is aborted by %s", async (_, write) => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-something");
  onTestFinished(async () => {
    raw.close();
    await engine.close();
  });
  only(await raw.commit([set(raw, "c/x", 1), set(raw, "c/y", 1)]));
  const id = await begin(raw);
  await raw.call("GetDocument", { name: `${raw.root}/c/x`, transaction: id });
  only(await raw.commit([set(raw, "c/x", 2)]));
  expect((await raw.commit([write(raw)], id)).code).toBe(ABORTED);
});
