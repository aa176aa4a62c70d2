import { Timestamp } from "@google-cloud/firestore";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { scopeStore } from "../../../src/board/scope/scope-store.js";
import { type Engine, startEngine } from "../../../src/embedded/index.js";
import { loadIndexes } from "../../../src/firestore/indexes.js";
import { MASKS } from "../../../src/firestore/masks.js";
import { positionOf } from "../../../src/firestore/query.js";
import type { QueryArgs, Snapshot, Store } from "../../../src/firestore/store.js";
import { type OpenDatabase, openDatabase } from "../../support/open-database.js";

/* A list over several projects is put together by us; over all projects it must be the one that the store itself gives. */

const PROJECTS = ["a", "b", "c"];
const mask = MASKS.activity_log.recent;

let engine: Engine;
let database: OpenDatabase;
beforeAll(async () => {
  engine = await startEngine({ file: ":memory:", indexes: loadIndexes("") });
  const host = `${engine.host}:${engine.port}`;
  const common = { projectId: "demo-x", databaseId: "(default)", collectionPrefix: "" };
  database = await openDatabase({ mode: "emulator", host, ...common });
});
afterAll(async () => {
  await database.store.close();
  await engine.close();
});

/** Values that consoles and other clients may have put where a time belongs. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    1.5,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    "",
    "a",
    "é",
    "😀",
    "\uffee",
  ),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 })).map(([s, n]) => new Timestamp(s, n * 1_000)),
);
const documents = fc.array(fc.tuple(fc.constantFrom(...PROJECTS), value), { minLength: 1, maxLength: 12 });

async function fill(rows: readonly (readonly [project: string, created_at: unknown])[]): Promise<void> {
  const log = database.db.collection("activity_log");
  const batch = database.db.batch();
  for (const { ref } of (await log.get()).docs) batch.delete(ref);
  for (const [at, [project_id, created_at]] of rows.entries())
    batch.set(log.doc(`${(at * 7) % 12}-${at}`), { project_id, created_at });
  await batch.commit();
}

const idsOf = async (store: Store, args: QueryArgs): Promise<string[]> =>
  (await store.query("activity", { ...args, mask }).get()).docs.map(({ id }) => id);

/** Every document, page by page, each page behind the last document of the one before. */
async function pages(store: Store, limit: number): Promise<string[]> {
  const { docs } = await store.query("activity", { limit, mask }).get();
  const ids = docs.map(({ id }) => id);
  let last = docs.at(-1);
  while (last) {
    const next = await store.query("activity", { limit, mask, after: positionOf("activity", last) }).get();
    ids.push(...next.docs.map(({ id }) => id));
    last = next.docs.at(-1);
  }
  return ids;
}

it("over all projects a list, its pages and what is skipped are the store's own", async () => {
  await fc.assert(
    fc.asyncProperty(documents, fc.integer({ min: 1, max: 4 }), async (rows, limit) => {
      await fill(rows);
      const scoped = scopeStore(database.store, PROJECTS);
      const all = await idsOf(database.store, { limit: 100 });
      expect(await idsOf(scoped, { limit: 100 })).toEqual(all);
      expect(await pages(scoped, limit)).toEqual(all);
      expect(await idsOf(scoped, { limit, offset: limit })).toEqual(all.slice(limit, 2 * limit));
      expect(await scoped.query("activity", { limit: "all", mask }).count()).toBe(all.length);
    }),
    { numRuns: 40 },
  );
});

it("over some it has theirs, in the same order", async () => {
  await fc.assert(
    fc.asyncProperty(documents, async (rows) => {
      await fill(rows);
      const own = await Promise.all(
        ["a", "c"].map((project_id) => idsOf(database.store, { limit: 100, values: { project_id } })),
      );
      const all = await idsOf(database.store, { limit: 100 });
      const expected = all.filter((id) => own.flat().includes(id));
      expect(await idsOf(scopeStore(database.store, ["a", "c"]), { limit: 100 })).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

it("is told of changes in each of its projects, of none elsewhere, and of nothing once that was ended", async () => {
  await fill([["a", null]]);
  const seen: string[][] = [];
  const failed = vi.fn();
  const ids = (docs: Snapshot[]) => docs.map(({ id }) => id).toSorted();
  const query = { shape: "activity", args: { limit: "all", mask } } as const;
  const end = scopeStore(database.store, ["a", "c"]).listen(query, (docs) => seen.push(ids(docs)), failed);
  await vi.waitFor(() => expect(seen.at(-1)).toEqual(["0-0"]));
  const log = database.db.collection("activity_log");
  await log.doc("elsewhere").set({ project_id: "b", created_at: null });
  await log.doc("here").set({ project_id: "c", created_at: null });
  await vi.waitFor(() => expect(seen.at(-1)).toEqual(["0-0", "here"]));
  end();
  const heard = seen.length;
  const whole: string[][] = [];
  const endWhole = database.store.listen(query, (docs) => whole.push(ids(docs)), failed);
  await log.doc("late").set({ project_id: "a", created_at: null });
  await vi.waitFor(() => expect(whole.at(-1)).toContain("late"));
  endWhole();
  expect(seen).toHaveLength(heard);
  expect(seen.flat()).not.toContain("elsewhere");
  expect(failed).not.toHaveBeenCalled();
});

it("a scope has at most 20 projects, and those of none has nothing", async () => {
  expect(() =>
    scopeStore(
      database.store,
      Array.from({ length: 21 }, (_, at) => `p${at}`),
    ),
  ).toThrow(RangeError);
  await fill([["a", null]]);
  expect(await idsOf(scopeStore(database.store, []), { limit: 100 })).toEqual([]);
});
