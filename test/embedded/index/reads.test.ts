import type { Query } from "@google-cloud/firestore";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestStore, type TestStore } from "../support/engine.js";

/* A query reads in proportion to what it returns: the same entries and documents, however much else there is. */

const OPEN = 60;
const RESULT = 20;
/** Entries may be read ahead, but not many. */
const AHEAD = 3;

const SHAPES: [string, (collection: string, db: TestStore["db"]) => Query, number][] = [
  ["an equality with an order", (c, db) => db.collection(c).where("status", "==", "todo").orderBy("at", "desc"), 1],
  ["in with an order", (c, db) => db.collection(c).where("status", "in", ["todo", "busy"]).orderBy("at", "desc"), 2],
  [
    "merged equalities",
    (c, db) => db.collection(c).where("status", "==", "todo").where("owner", "==", "me").orderBy("at", "desc"),
    2,
  ],
  ["everything but the many", (c, db) => db.collection(c).where("status", "!=", "done"), 1],
  ["a page in the middle", (c, db) => db.collection(c).orderBy("at").startAfter(30), 1],
  ["array-contains", (c, db) => db.collection(c).where("tags", "array-contains", "open").orderBy("at", "desc"), 1],
];

let store: TestStore;
const read = { entries: 0, documents: 0 };
beforeAll(async () => {
  const fields = (...names: string[]) => names.map((fieldPath) => ({ fieldPath, order: "ASCENDING" as const }));
  const at = { fieldPath: "at", order: "DESCENDING" as const };
  const tags = { fieldPath: "tags", arrayConfig: "CONTAINS" as const };
  const indexes = ["few", "many"].flatMap((collectionGroup) =>
    [
      [...fields("status"), at],
      [...fields("owner"), at],
      [tags, at],
    ].map((one) => ({
      collectionGroup,
      queryScope: "COLLECTION" as const,
      fields: one,
    })),
  );
  store = await startTestStore({
    indexes: { indexes, fieldOverrides: [] },
    onRead: ({ entries, documents }) => Object.assign(read, { entries, documents }),
  });
  await Promise.all([fill("few", 50), fill("many", 3_000)]);
});
afterAll(() => store.close());

async function fill(collection: string, done: number): Promise<void> {
  const { db } = store;
  const all = Array.from({ length: OPEN + done }, (_, n) =>
    n < OPEN
      ? { status: n % 2 ? "todo" : "busy", owner: n % 4 === 1 ? "me" : "you", tags: ["open"], at: n }
      : { status: "done", owner: "me", tags: ["shut"], at: n },
  );
  for (let start = 0; start < all.length; start += 500) {
    const batch = db.batch();
    for (const data of all.slice(start, start + 500)) batch.create(db.collection(collection).doc(), data);
    await batch.commit();
  }
}

describe("with 50 or 3,000 other documents", () => {
  it.each(SHAPES)("%s", async (_name, query, scans) => {
    const counts: (typeof read)[] = [];
    for (const collection of ["few", "many"]) {
      const { size } = await query(collection, store.db).limit(RESULT).get();
      expect(size).toBeGreaterThan(RESULT / 2);
      expect(read.documents).toBe(size);
      counts.push({ ...read });
    }
    const [few, many] = counts;
    expect(many?.entries).toBeLessThanOrEqual(scans * RESULT * AHEAD);
    expect(many?.entries).toBeLessThanOrEqual((few?.entries ?? 0) * 1.5);
  });

  it("a count reads entries and no documents", async () => {
    const { count } = (await store.db.collection("many").where("status", "==", "todo").count().get()).data();
    expect([count, read.documents]).toEqual([OPEN / 2, 0]);
    expect(read.entries).toBeLessThanOrEqual(OPEN / 2);
  });
});
