import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Document } from "../../../src/embedded/encoding/messages.js";
import { type EngineOptions, type EngineTestOptions, startEngine } from "../../../src/embedded/index.js";
import { openStoreFile } from "../../../src/embedded/storage/store-file.js";
import { connect, NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";
import { rawClient } from "../support/raw.js";

/* Snapshots end when they must: clients forget transactions, and a log that a snapshot needs cannot start anew. */

async function start(options: Partial<EngineOptions> & EngineTestOptions = {}) {
  const file = temporaryFile();
  const engine = await startEngine({ file, indexes: NO_INDEXES, ...options });
  const db = connect(engine.port);
  const raw = rawClient(engine.port, "demo-test");
  onTestFinished(async () => {
    raw.close();
    await db.terminate();
    await engine.close();
  });
  return { file, db, raw };
}

it("read-only transactions, which Google's client never ends, do not use up the store", async () => {
  const { db } = await start();
  await db.doc("c/a").set({ n: 1 });
  const read = () => db.runTransaction(async (tx) => (await tx.get(db.doc("c/a"))).get("n"), { readOnly: true });
  const seen = new Set<unknown>();
  for (let count = 0; count < 300; count++) seen.add(await read());
  expect([...seen]).toEqual([1]);
});

it("many read-only transactions at a time all come to their end", { timeout: 120_000 }, async () => {
  const { db } = await start();
  const a = db.doc("c/a");
  await a.set({ n: 1 });
  const readTwice = () =>
    db.runTransaction(async (tx) => [(await tx.get(a)).get("n"), (await tx.get(a)).get("n")].join(), {
      readOnly: true,
    });
  const seen = await Promise.all(Array.from({ length: 400 }, readTwice));
  expect(new Set(seen)).toEqual(new Set(["1,1"]));
});

it("a read sees one moment to its end, also when its transaction ends meanwhile", async () => {
  const { db, raw } = await start();
  const text = (version: string) => version.repeat(20_000);
  const names = Array.from({ length: 100 }, (_, n) => `d${n}`);
  const write = async (version: string) => {
    const batch = db.batch();
    for (const name of names) batch.set(db.doc(`c/${name}`), { text: text(version) });
    await batch.commit();
  };
  await write("a");
  const begun = await raw.call<{ transaction: Buffer }>("BeginTransaction", { database: raw.database });
  const transaction = "messages" in begun ? begun.messages[0]?.transaction : undefined;
  const stream = raw.open<{ found?: Document }>("BatchGetDocuments");
  stream.send({ database: raw.database, documents: names.map((name) => `${raw.root}/c/${name}`), transaction });
  stream.end();
  const versionOf = ({ found }: { found?: Document }): string => {
    const field = found?.fields?.text;
    return field?.valueType === "stringValue" ? field.stringValue.slice(0, 1) : "none";
  };
  const first = await stream.next();
  expect(await raw.call("Rollback", { database: raw.database, transaction })).toMatchObject({ code: 0 });
  await write("b");
  // The connection that the transaction gave back is used again.
  await db.doc("c/d0").get();
  const rest = await stream.rest();
  const versions = "messages" in rest ? [first, ...rest.messages].map(versionOf) : [];
  expect(versions).toEqual(names.map(() => "a"));
});

it("a folder that goes away does not end the process that looks at its log", async () => {
  const file = temporaryFile();
  const store = await openStoreFile({ file, indexes: NO_INDEXES, logLimitBytes: 0 });
  onTestFinished(() => store.close());
  expect(store.walIsLong()).toBe(true);
  const folder = dirname(file);
  renameSync(folder, `${folder}-gone`);
  writeFileSync(folder, "");
  onTestFinished(() => rmSync(`${folder}-gone`, { recursive: true }));
  expect(store.walIsLong()).toBe(false);
});

it("a long log starts anew, however many transactions go on", { timeout: 120_000 }, async () => {
  const logLimitBytes = 256 * 1024;
  const { file, db } = await start({ logLimitBytes });
  const log = (): number => statSync(`${file}-wal`).size;
  const a = db.doc("c/a");
  const b = db.doc("c/b");
  let running = true;
  let turned = 0;
  let torn = 0;
  let longest = 0;
  let shortestSince = Number.POSITIVE_INFINITY;
  const readBoth = () => db.runTransaction((tx) => Promise.all([tx.get(a), tx.get(b)]), { readOnly: true });
  const readers = Array.from({ length: 3 }, async () => {
    while (running) {
      const [first, second] = await readBoth();
      if (first.get("n") !== second.get("n")) torn++;
    }
  });
  const writer = async () => {
    while (running) {
      const n = turned++;
      const bytes = Buffer.alloc(20_000, n);
      await db.batch().set(a, { n, bytes }).set(b, { n, bytes }).commit();
      longest = Math.max(longest, log());
      if (longest > 8 * logLimitBytes) shortestSince = Math.min(shortestSince, log());
    }
  };
  const written = writer();
  await vi.waitFor(() => expect(longest, "snapshots keep the log").toBeGreaterThan(8 * logLimitBytes), {
    timeout: 60_000,
  });
  await vi.waitFor(() => expect(shortestSince, "the log started anew").toBeLessThan(logLimitBytes), {
    timeout: 60_000,
  });
  running = false;
  await Promise.all([...readers, written]);
  expect(torn).toBe(0);
});
