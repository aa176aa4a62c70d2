import { Filter, type Query } from "@google-cloud/firestore";
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
const read = { entries: 0, counted: 0, documents: 0 };
beforeAll(async () => {
  const fields = (...names: string[]) => names.map((fieldPath) => ({ fieldPath, order: "ASCENDING" as const }));
  const at = { fieldPath: "at", order: "DESCENDING" as const };
  const tags = { fieldPath: "tags", arrayConfig: "CONTAINS" as const };
  const indexes = ["few", "many"].flatMap((collectionGroup) =>
    [[...fields("status"), at], [...fields("owner"), at], [tags, at], fields("at", "status")].map((one) => ({
      collectionGroup,
      queryScope: "COLLECTION" as const,
      fields: one,
    })),
  );
  store = await startTestStore({
    indexes: { indexes, fieldOverrides: [] },
    onRead: (reads) => Object.assign(read, reads),
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

  it("a count is made inside SQLite: it reads no entry out of it and no document", async () => {
    const { count } = (await store.db.collection("many").where("status", "==", "todo").count().get()).data();
    expect({ count, ...read }).toMatchObject({ count: OPEN / 2, entries: 0, counted: OPEN / 2, documents: 0 });
  });
});

describe("a count", () => {
  const either = Filter.or(Filter.where("status", "==", "todo"), Filter.where("owner", "==", "me"));
  const COUNTED: [string, (all: Query) => Query, insideSqlite: boolean][] = [
    ["everything", (all) => all, true],
    ["an inequality", (all) => all.where("status", "!=", "done"), true],
    ["not-in, of several intervals", (all) => all.where("at", "not-in", [3, 5, 50]), true],
    ["an order from the end", (all) => all.orderBy("at", "desc"), true],
    ["a cursor on each side", (all) => all.orderBy("at").startAfter(10).endBefore(30), true],
    ["a limit", (all) => all.where("at", ">", 3).limit(7), true],
    ["an offset", (all) => all.orderBy("at").offset(100), true],
    ["an offset and a limit", (all) => all.orderBy("at").offset(100).limit(7), true],
    ["an offset behind the end", (all) => all.orderBy("at").offset(10_000), true],
    ["values that differ", (all) => all.where("status", "in", ["todo", "busy"]), true],
    ["values that differ, and a limit", (all) => all.where("status", "in", ["todo", "busy"]).limit(40), true],
    ["a contradiction", (all) => all.where("status", "==", "todo").where("status", "==", "busy"), true],
    [
      "a document that matches twice",
      (all) => all.where("tags", "array-contains-any", ["open", "shut", "both"]),
      false,
    ],
    ["filters that overlap", (all) => all.where(either), false],
    ["two indexes", (all) => all.where("status", "==", "done").where("owner", "==", "me"), false],
    ["a later part", (all) => all.where("at", ">", 3).where("status", ">", "c").orderBy("at").orderBy("status"), false],
  ];
  it.each(COUNTED)("of %s is the number of what the query gives", async (_name, of, insideSqlite) => {
    await store.db.doc("few/both").set({ status: "done", owner: "me", tags: ["open", "both"], at: 5 });
    const query = of(store.db.collection("few"));
    const { size } = await query.get();
    expect((await query.count().get()).data().count).toBe(size);
    if (insideSqlite) expect(read.entries).toBe(0);
    else expect(read).toMatchObject({ counted: 0, entries: expect.toSatisfy((entries: number) => entries >= size) });
  });
});
