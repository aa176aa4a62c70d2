import { FieldValue, Filter } from "@google-cloud/firestore";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEngine } from "../../src/embedded/index.js";
import { NO_INDEXES, startTestStore, type TestStore } from "./support/engine.js";

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore({
    indexes: {
      indexes: [
        {
          collectionGroup: "tasks",
          queryScope: "COLLECTION",
          fields: [
            { fieldPath: "status", order: "ASCENDING" },
            { fieldPath: "at", order: "DESCENDING" },
          ],
        },
        {
          collectionGroup: "tasks",
          queryScope: "COLLECTION",
          fields: [
            { fieldPath: "tags", arrayConfig: "CONTAINS" },
            { fieldPath: "at", order: "DESCENDING" },
          ],
        },
      ],
      fieldOverrides: [],
    },
  });
});
afterAll(() => store.close());

it("writes, reads, queries and counts", async () => {
  const { db } = store;
  const tasks = db.collection("tasks");
  const batch = db.batch();
  for (let n = 0; n < 10; n++) {
    batch.set(tasks.doc(`t${n}`), { status: n % 2 ? "done" : "todo", at: n, tags: [n % 3, "x"], m: { a: n } });
  }
  await batch.commit();
  const ids = async (query: FirebaseFirestore.Query): Promise<string> =>
    (await query.get()).docs.map((doc) => doc.id).join(" ");
  expect(await ids(tasks.where("status", "==", "done"))).toBe("t1 t3 t5 t7 t9");
  expect(await ids(tasks.where("status", "==", "done").orderBy("at", "desc").limit(2))).toBe("t9 t7");
  expect(await ids(tasks.where("status", "in", ["todo", "done"]).orderBy("at", "desc").limit(3))).toBe("t9 t8 t7");
  expect(await ids(tasks.where("status", "==", "todo").where("tags", "array-contains", 0).orderBy("at", "desc"))).toBe(
    "t6 t0",
  );
  expect(await ids(tasks.where("status", "==", "todo").where("m.a", "==", 4))).toBe("t4");
  expect(await ids(tasks.where("at", ">", 6).orderBy("at", "desc"))).toBe("t9 t8 t7");
  expect(await ids(tasks.orderBy("at").startAfter(3).endAt(6))).toBe("t4 t5 t6");
  expect(await ids(tasks.orderBy("at").limitToLast(2))).toBe("t8 t9");
  expect(await ids(tasks.where(Filter.or(Filter.where("at", "==", 1), Filter.where("m.a", "==", 2))))).toBe("t1 t2");
  expect((await tasks.where("status", "!=", "done").count().get()).data().count).toBe(5);
  await expect(tasks.where("m.a", "==", 1).orderBy("at").get()).rejects.toThrow(/9 FAILED_PRECONDITION.*indexes/);
});

it("closes once, however often it is asked to", async () => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  await expect(Promise.all([engine.close(), engine.close()])).resolves.toHaveLength(2);
  await expect(engine.close()).resolves.toBeUndefined();
});

it("transacts without losing updates and keeps the time of a write that changes nothing", async () => {
  const { db } = store;
  const counter = db.doc("counters/one");
  await counter.set({ n: 0 });
  await Promise.all(
    Array.from({ length: 8 }, () =>
      db.runTransaction(async (tx) => {
        const n = (await tx.get(counter)).get("n") as number;
        tx.update(counter, { n: n + 1, at: FieldValue.serverTimestamp() });
      }),
    ),
  );
  const before = await counter.get();
  expect(before.get("n")).toBe(8);
  if (!before.updateTime) throw new Error("no update time");
  const result = await counter.update({ n: 8 }, { lastUpdateTime: before.updateTime });
  expect(result.writeTime.isEqual(before.updateTime)).toBe(true);
});
