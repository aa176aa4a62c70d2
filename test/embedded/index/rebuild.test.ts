import { Filter } from "@google-cloud/firestore";
import { describe, expect, it } from "vitest";
import {
  check,
  type EngineOptions,
  type IndexConfig,
  type IndexField,
  startEngine,
} from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { connect, NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";

/** One composite index of the collection. */
const composite = (...fields: IndexField[]): IndexConfig => ({
  indexes: [{ collectionGroup: "c", queryScope: "COLLECTION", fields }],
  fieldOverrides: [],
});
const WITH_INDEX = composite({ fieldPath: "kind", order: "ASCENDING" }, { fieldPath: "n", order: "DESCENDING" });
const EXEMPT: IndexConfig = { indexes: [], fieldOverrides: [{ collectionGroup: "c", fieldPath: "text", indexes: [] }] };
const ALSO_DESCENDING: IndexConfig = {
  indexes: [],
  fieldOverrides: [{ collectionGroup: "c", fieldPath: "kind", indexes: [{ order: "DESCENDING" }] }],
};
const NO_FIELDS: IndexConfig = { indexes: [], fieldOverrides: [{ collectionGroup: "c", fieldPath: "*", indexes: [] }] };
const OTHER_INDEX = composite({ fieldPath: "n", order: "ASCENDING" }, { fieldPath: "kind", order: "ASCENDING" });
const DOCUMENTS = 30;

/** Opens the store with these indexes for as long as `action` runs. */
async function withStore<T>(
  options: Pick<EngineOptions, "file" | "indexes"> & Partial<EngineOptions>,
  action: (db: ReturnType<typeof connect>) => Promise<T>,
): Promise<T> {
  const engine = await startEngine(options);
  const db = connect(engine.port);
  try {
    return await action(db);
  } finally {
    await db.terminate();
    await engine.close();
  }
}

async function fill(db: ReturnType<typeof connect>): Promise<void> {
  const batch = db.batch();
  for (let n = 0; n < DOCUMENTS; n++)
    batch.set(db.doc(`c/d${n}`), { kind: n % 2 ? "odd" : "even", n, text: `text ${n}` });
  await batch.commit();
}

const oddOnes = async (db: ReturnType<typeof connect>): Promise<number[]> =>
  (await db.collection("c").where("kind", "==", "odd").orderBy("n", "desc").limit(3).get()).docs.map((doc) =>
    doc.get("n"),
  );
const byText = async (db: ReturnType<typeof connect>): Promise<number> =>
  (await db.collection("c").where("text", "==", "text 7").get()).size;

describe("the index follows firestore.indexes.json", () => {
  it("an index that is added is built from the documents, and reported", async () => {
    const file = temporaryFile();
    await withStore({ file, indexes: NO_INDEXES }, async (db) => {
      await fill(db);
      await expect(oddOnes(db)).rejects.toThrow(/FAILED_PRECONDITION.*"fieldPath":"n"/);
    });
    const progress: [number, number][] = [];
    const onRebuild = (done: number, total: number) => void progress.push([done, total]);
    expect(await withStore({ file, indexes: WITH_INDEX, onRebuild }, oddOnes)).toEqual([29, 27, 25]);
    expect(progress).toEqual([[DOCUMENTS, DOCUMENTS]]);
    expect(check(file)).toMatchObject({ problems: [], indexEntries: DOCUMENTS * 7 });
    await withStore({ file, indexes: WITH_INDEX, onRebuild }, oddOnes);
    expect(progress).toHaveLength(1);
  });

  it("an index that is removed is no longer kept nor used", async () => {
    const file = temporaryFile();
    await withStore({ file, indexes: WITH_INDEX }, fill);
    await withStore({ file, indexes: NO_INDEXES }, async (db) => {
      await expect(oddOnes(db)).rejects.toThrow(/FAILED_PRECONDITION/);
    });
    expect(check(file)).toMatchObject({ problems: [], indexEntries: DOCUMENTS * 6 });
  });

  it("a field that becomes exempt loses its entries, and gets them back", async () => {
    const file = temporaryFile();
    await withStore({ file, indexes: NO_INDEXES }, fill);
    await withStore({ file, indexes: EXEMPT }, async (db) => {
      await expect(byText(db)).rejects.toThrow(/FAILED_PRECONDITION.*fieldOverrides/);
    });
    expect(check(file)).toMatchObject({ problems: [], indexEntries: DOCUMENTS * 5 });
    expect(await withStore({ file, indexes: NO_INDEXES }, byText)).toBe(1);
  });

  it("what a query lacks is added to what an override of all fields gives", async () => {
    const fieldOverrides: IndexConfig["fieldOverrides"] = [
      { collectionGroup: "c", fieldPath: "*", indexes: [{ order: "ASCENDING", queryScope: "COLLECTION_GROUP" }] },
    ];
    const options = { file: temporaryFile(), indexes: { indexes: [], fieldOverrides }, createIndexes: true };
    await withStore(options, async (db) => {
      await db
        .batch()
        .set(db.doc("c/x"), { a: 1 })
        .set(db.doc("c/x/c/y"), { a: [1] })
        .commit();
      const either = Filter.or(Filter.where("a", "==", 1), Filter.where("a", "array-contains", 1));
      const found = await db.collectionGroup("c").where(either).get();
      expect(found.docs.map(({ ref }) => ref.path)).toEqual(["c/x", "c/x/c/y"]);
    });
  });

  it("a store of an older form gets its entries anew", async () => {
    const file = temporaryFile();
    await withStore({ file, indexes: WITH_INDEX }, fill);
    const older = openConnection(file);
    older.exec("PRAGMA user_version = 1; DELETE FROM entries");
    older.close();
    expect(await withStore({ file, indexes: WITH_INDEX }, oddOnes)).toEqual([29, 27, 25]);
    expect(check(file)).toMatchObject({ problems: [], indexEntries: DOCUMENTS * 7 });
  });

  it("a rebuild that breaks off has done nothing", async () => {
    const file = temporaryFile();
    await withStore({ file, indexes: NO_INDEXES }, fill);
    const onRebuild = (): void => {
      throw new Error("power cut");
    };
    await expect(startEngine({ file, indexes: WITH_INDEX, onRebuild })).rejects.toThrow("power cut");
    expect(check(file)).toMatchObject({ problems: [], indexEntries: DOCUMENTS * 6 });
    expect(await withStore({ file, indexes: NO_INDEXES }, byText)).toBe(1);
  });

  it("a process that asks for fewer indexes keeps those that another one added", async () => {
    const file = temporaryFile();
    await withStore({ file, indexes: NO_INDEXES }, async (older) => {
      await older.doc("c/first").set({ kind: "odd", n: 1 });
      await withStore({ file, indexes: WITH_INDEX }, async (newer) => {
        await newer.doc("c/second").set({ kind: "odd", n: 2 });
        await older.doc("c/third").set({ kind: "odd", n: 3 });
        await older.doc("c/first").update({ n: 4 });
        await older.doc("c/second").delete();
        expect(await oddOnes(newer)).toEqual([4, 3]);
        await newer.doc("c/second").set({ kind: "odd", n: 5 });
        expect(await oddOnes(newer)).toEqual([5, 4, 3]);
      });
    });
    expect(check(file).problems).toEqual([]);
  });

  it.each<[string, IndexConfig, IndexConfig, number, string[]]>([
    ["other exempt fields", EXEMPT, ALSO_DESCENDING, 6, ["first"]],
    ["an exempt field and none", EXEMPT, NO_INDEXES, 6, []],
    ["a field of its own and a default", ALSO_DESCENDING, NO_FIELDS, 6, ["first"]],
    ["other composite indexes", WITH_INDEX, OTHER_INDEX, 8, ["first"]],
  ])(
    "two processes with %s settle on what both need, and tell once what was missing",
    async (_, one, other, entries, missing) => {
      const file = temporaryFile();
      const rebuilt: string[] = [];
      const told: string[] = [];
      const options = (name: string, indexes: IndexConfig) => ({
        file,
        indexes,
        onRebuild: () => void rebuilt.push(name),
        onIndexesDiffer: () => void told.push(name),
      });
      await withStore(options("first", one), async (first) => {
        await fill(first);
        await withStore(options("second", other), async (second) => {
          const rounds = [1, 2, 3, 4, 5];
          for (const n of rounds) {
            await first.doc("c/d1").update({ n });
            await second.doc("c/d2").update({ n });
            if (n === 1) rebuilt.splice(0);
          }
          expect(rebuilt).toEqual([]);
          expect(told).toEqual(missing);
        });
      });
      expect(check(file)).toMatchObject({ problems: [], indexEntries: DOCUMENTS * entries });
    },
  );

  it("two processes that want different indexes both get right answers", async () => {
    const file = temporaryFile();
    await withStore({ file, indexes: WITH_INDEX }, async (first) => {
      await fill(first);
      await withStore({ file, indexes: EXEMPT }, async (second) => {
        await second.doc("c/new").set({ kind: "odd", n: 99, text: "text 7" });
        expect(await oddOnes(first)).toEqual([99, 29, 27]);
        expect(await byText(first)).toBe(2);
        await first.doc("c/newer").set({ kind: "odd", n: 100, text: "text 7" });
        expect(await oddOnes(first)).toEqual([100, 99, 29]);
        expect((await second.collection("c").where("kind", "==", "odd").count().get()).data().count).toBe(17);
      });
    });
    expect(check(file).problems).toEqual([]);
  });
});
