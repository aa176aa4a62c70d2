import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStoreFile, type StoreFile } from "../../../src/embedded/storage/store-file.js";
import { type Commit, createCommit } from "../../../src/embedded/txn/commit.js";
import { type PlannedWrite, planWrite } from "../../../src/embedded/txn/planned-write.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";

/* Commits that wait together share one write to the disk, and nothing else. */

let store: StoreFile;
let commit: Commit;
let written: number;
beforeEach(async () => {
  store = await openStoreFile({ file: temporaryFile(), indexes: NO_INDEXES });
  written = 0;
  commit = createCommit(store, () => written++);
});
afterEach(() => store.close());

const ROOT = "projects/demo-test/databases/(default)/documents";
const set = (id: string): PlannedWrite =>
  planWrite({ operation: "update", update: { name: `${ROOT}/c/${id}`, fields: {} } });
const create = (id: string): PlannedWrite =>
  planWrite({
    operation: "update",
    update: { name: `${ROOT}/c/${id}`, fields: {} },
    currentDocument: { conditionType: "exists", exists: false },
  });

it("commits that arrive one after the other in one turn of the event loop share one write", async () => {
  const arrivals = Array.from({ length: 32 }, async (_, n) => {
    // Requests are handed over in microtasks of their own.
    for (let ticks = 0; ticks < n; ticks++) await undefined;
    return commit([set(`d${n}`)]);
  });
  const times = (await Promise.all(arrivals)).map(({ time }) => time);
  expect(written).toBe(1);
  expect(new Set(times).size).toBe(32);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

it("one that is refused takes no other with it", async () => {
  await commit([create("taken")]);
  const outcomes = await Promise.allSettled([
    commit([create("before")]),
    commit([set("alone"), create("taken")]),
    commit([create("after")]),
  ]);
  expect(written).toBe(2);
  expect(outcomes).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected", reason: { message: expect.stringMatching(/already exists/) } },
    { status: "fulfilled" },
  ]);
  expect(await ids()).toEqual(["after", "before", "taken"]);
});

it("one that the store fails on takes no other with it either", async () => {
  store.close();
  store = await openStoreFile({ file: temporaryFile(), indexes: NO_INDEXES, maxBytes: 400_000 });
  commit = createCommit(store, () => written++);
  const tooBig = planWrite({
    operation: "update",
    update: {
      name: `${ROOT}/c/big`,
      fields: { s: { valueType: "bytesValue", bytesValue: Buffer.alloc(900_000) } },
    },
  });
  const outcomes = await Promise.allSettled([commit([set("before")]), commit([tooBig]), commit([set("after")])]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await ids()).toEqual(["after", "before"]);
});

it("a closed store says so to whoever comes too late, and opens no file any more", async () => {
  const closed = await openStoreFile({ file: temporaryFile(), indexes: NO_INDEXES });
  closed.close();
  const says = expect.objectContaining({ code: 14, message: expect.stringMatching(/closed/) });
  expect(() => closed.acquireSnapshot()).toThrow(says);
  await expect(createCommit(closed, () => {})([set("late")])).rejects.toEqual(says);
});

it("a long queue is written in several steps, and each commit is answered after its own", async () => {
  const answered: number[] = [];
  const all = Array.from({ length: 100 }, async (_, n) => {
    await commit([set(`d${n}`)]);
    answered.push(written);
  });
  await Promise.all(all);
  await nextTurn();
  expect(answered).toEqual([...Array(64).fill(1), ...Array(36).fill(2)]);
});

async function ids(): Promise<string[]> {
  const { connection, release } = store.acquireSnapshot();
  try {
    return connection.all<{ doc_id: string }>("SELECT doc_id FROM documents ORDER BY doc_id").map((row) => row.doc_id);
  } finally {
    release();
  }
}
