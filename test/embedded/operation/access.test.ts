import { expect, it, onTestFinished, vi } from "vitest";
import type { Write } from "../../../src/embedded/encoding/messages.js";
import { type EngineTestOptions, startEngine } from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { connect, NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";
import { type QueryMessage, rawClient } from "../support/raw.js";

const METHODS = [
  "GetDocument",
  "ListDocuments",
  "CreateDocument",
  "UpdateDocument",
  "DeleteDocument",
  "BatchGetDocuments",
  "BeginTransaction",
  "Commit",
  "Rollback",
  "RunQuery",
  "RunAggregationQuery",
  "PartitionQuery",
  "ListCollectionIds",
  "BatchWrite",
  "Listen",
  "Write",
];

it("every RPC asks for the token", async () => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, token: "secret" });
  onTestFinished(() => engine.close());
  for (const token of [undefined, "", "secre", "secret2"]) {
    const stranger = rawClient(engine.port, "demo-access", token);
    for (const method of METHODS) {
      expect(await stranger.call(method, {}), `${method} with ${token}`).toMatchObject({ code: 16 });
    }
    stranger.close();
  }
  const owner = connect(engine.port, "secret");
  await owner.doc("c/a").set({ n: 1 });
  expect((await owner.doc("c/a").get()).get("n")).toBe(1);
  await owner.terminate();
});

it("what the store does not do is refused by its name", async () => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-access");
  onTestFinished(async () => {
    raw.close();
    await engine.close();
  });
  const { root: parent, database } = raw;
  const structuredQuery = { from: [{ collectionId: "c" }] };
  const past = { seconds: "1" };
  const refused = (name: RegExp) => ({ code: 12, message: expect.stringMatching(name) });
  expect(await raw.runQuery({ ...structuredQuery, findNearest: { queryVector: {} } })).toMatchObject(
    refused(/vector/i),
  );
  expect(await raw.call("RunQuery", { parent, structuredQuery, explainOptions: {} })).toMatchObject(refused(/explain/));
  expect(await raw.call("RunQuery", { parent, structuredQuery, readTime: past })).toMatchObject(refused(/past time/));
  expect(
    await raw.call("BeginTransaction", { database, options: { mode: "readOnly", readOnly: { readTime: past } } }),
  ).toMatchObject(refused(/past time/));
});

/** Starts an engine whose limits are short. Snapshots that it keeps show in SQLite's log, which then cannot restart. */
async function start(limits: EngineTestOptions) {
  const file = temporaryFile();
  const engine = await startEngine({ file, indexes: NO_INDEXES, ...limits });
  const raw = rawClient(engine.port, "demo-access");
  const other = openConnection(file);
  onTestFinished(async () => {
    other.close();
    raw.close();
    await engine.close();
  });
  const restart = () => other.get<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")?.busy;
  const logCanRestart = () =>
    vi.waitFor(() => expect(restart(), "a snapshot keeps the log").toBe(0), { timeout: 30_000 });
  return { raw, logCanRestart };
}

it("a transaction that its client abandoned is ended, and with it the snapshot it kept", async () => {
  const { raw, logCanRestart } = await start({ transactionLimits: { idleMs: 100, totalMs: 10_000 } });
  const begun = await raw.call<{ transaction: Buffer }>("BeginTransaction", { database: raw.database });
  const transaction = "messages" in begun ? begun.messages[0]?.transaction : undefined;
  await raw.commit([{ operation: "update", update: { name: `${raw.root}/c/a`, fields: {} } }]);
  await logCanRestart();
  expect(await raw.commit([], transaction)).toMatchObject({ code: 3, message: expect.stringMatching(/expired/) });
});

it.each([
  ["reads nothing for too long", { stalledMs: 100, totalMs: 60_000 }],
  ["takes too long in all", { stalledMs: 60_000, totalMs: 100 }],
])("a query whose client %s is ended, and with it its snapshot", async (_, answerLimits) => {
  const { raw, logCanRestart } = await start({ answerLimits });
  const fields = { text: { valueType: "stringValue" as const, stringValue: "x".repeat(50_000) } };
  const update = (id: number): Write => ({
    operation: "update",
    update: { name: `${raw.root}/c/${id}`, fields },
  });
  await raw.commit(Array.from({ length: 100 }, (_, id) => update(id)));
  const query = raw.open<QueryMessage>("RunQuery");
  query.send({ parent: raw.root, structuredQuery: { from: [{ collectionId: "c" }] } });
  query.end();
  await query.next();
  await raw.commit([update(100)]);
  await logCanRestart();
  expect(await query.rest()).toMatchObject({ code: 4, message: expect.stringMatching(/too slowly/) });
});

it("more transactions at a time than files can be held open for are refused until others end", async () => {
  const engine = await startEngine({ file: temporaryFile(), indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-access");
  onTestFinished(async () => {
    raw.close();
    await engine.close();
  });
  const { database } = raw;
  const begin = () => raw.call<{ transaction: Buffer }>("BeginTransaction", { database });
  const begun = await Promise.all(Array.from({ length: 200 }, begin));
  const tooMany = { code: 8, message: expect.stringMatching(/too many transactions/i) };
  expect([await begin(), await raw.runQuery({ from: [{ collectionId: "c" }] })]).toMatchObject([tooMany, tooMany]);
  const [first] = begun;
  const transaction = first && "messages" in first ? first.messages[0]?.transaction : undefined;
  await raw.call("Rollback", { database, transaction });
  expect(await begin()).toMatchObject({ code: 0 });
});
