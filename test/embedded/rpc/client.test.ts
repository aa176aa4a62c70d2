import {
  type CollectionReference,
  FieldPath,
  FieldValue,
  Filter,
  Firestore,
  GrpcStatus,
  type Query,
  type QuerySnapshot,
  Timestamp,
} from "@google-cloud/firestore";
import { expect } from "vitest";
import { describeBothStores } from "../support/both-stores.js";
import { connect } from "../support/engine.js";

/*
 * What Google's system tests of the client library ask of a server, as far as the fuzzer and the other tests do not ask
 * it: https://github.com/googleapis/nodejs-firestore/tree/main/dev/system-test.
 */

const ids = (snapshot: QuerySnapshot): string[] => snapshot.docs.map((doc) => doc.id);
const ID = FieldPath.documentId();

async function fill(collection: CollectionReference, documents: Record<string, object>): Promise<CollectionReference> {
  const batch = collection.firestore.batch();
  for (const [id, data] of Object.entries(documents)) batch.set(collection.doc(id), data);
  await batch.commit();
  return collection;
}

/** The first snapshot that a listener hears; the library has put it in order by itself. */
function heard(query: Query): Promise<QuerySnapshot> {
  return new Promise((resolve, reject) => {
    const stop = query.onSnapshot((snapshot) => {
      stop();
      resolve(snapshot);
    }, reject);
  });
}

describeBothStores<Firestore>(
  (port) => {
    const client = connect(port, "owner", "demo-client");
    return { client, close: () => client.terminate() };
  },
  (onStore) => {
    onStore("getAll answers in the order it was asked, twice what it was asked twice, and masked", async (db) => {
      const all = await fill(db.collection("all"), { a: { n: 1, m: { x: 1, y: 2 } }, b: { n: 2 } });
      const refs = ["b", "none", "a", "b"].map((id) => all.doc(id));
      const docs = await db.getAll(...refs, { fieldMask: ["m.x", "nothing"] });
      expect(docs.map((doc) => [doc.id, doc.data()])).toEqual([
        ["b", {}],
        ["none", undefined],
        ["a", { m: { x: 1 } }],
        ["b", {}],
      ]);
      const inside = await db.runTransaction((tx) => tx.getAll(...refs.slice(1), { fieldMask: ["n"] }));
      expect(inside.map((doc) => doc.get("n"))).toEqual([undefined, 1, 2]);
    });

    onStore("a write at a time that is not the document's is refused", async (db) => {
      const ref = db.doc("times/a");
      const { writeTime } = await ref.set({ n: 1 });
      await ref.update({ n: 2 }, { lastUpdateTime: writeTime });
      const refused = { code: GrpcStatus.FAILED_PRECONDITION };
      await expect(ref.update({ n: 3 }, { lastUpdateTime: writeTime })).rejects.toMatchObject(refused);
      await expect(ref.delete({ lastUpdateTime: writeTime })).rejects.toMatchObject(refused);
      await expect(db.doc("times/b").delete({ exists: true })).rejects.toMatchObject({ code: GrpcStatus.NOT_FOUND });
      expect((await ref.get()).data()).toEqual({ n: 2 });
    });

    onStore("merging and updating change what they name", async (db) => {
      const ref = db.doc("fields/a");
      const gone = FieldValue.delete();
      await ref.set({ a: { b: 1, "c.d": 2 }, "`": 3 });
      await ref.set({ a: { e: { f: FieldValue.serverTimestamp() } }, g: gone }, { merge: true });
      await ref.update(new FieldPath("a", "c.d"), 4, "a.b", gone, new FieldPath("`"), FieldValue.increment(1.5));
      await ref.set({ h: { i: 5, j: 6 }, a: 7 }, { mergeFields: ["h.i"] });
      const data = (await ref.get()).data();
      expect(data).toEqual({ a: { "c.d": 4, e: { f: expect.any(Timestamp) } }, "`": 4.5, h: { i: 5 } });
      await ref.update({ a: gone, "h.k": FieldValue.arrayUnion(1, 1, { x: [] }) });
      expect((await ref.get()).data()).toEqual({ "`": 4.5, h: { i: 5, k: [1, { x: [] }] } });
    });

    onStore("a snapshot is a cursor, also with inequalities on several fields", async (db) => {
      const rows = await fill(db.collection("rows"), {
        a: { key: "a", "so.rt": 5, v: 0 },
        b: { key: "aa", "so.rt": 4, v: 0 },
        c: { key: "b", "so.rt": 3, v: 1 },
        d: { key: "b", "so.rt": 2, v: 1 },
        e: { key: "bb", "so.rt": 1, v: 1 },
        f: { key: "c", "so.rt": 0, v: 2 },
      });
      const sort = new FieldPath("so.rt");
      const base = rows.where("key", ">", "a").where(sort, ">=", 1);
      const from = async (query: Query, id: string) =>
        ids(await query.startAt(await rows.doc(id).get()).get()).join("");
      expect(await from(base, "d")).toBe("dce");
      expect(await from(base.orderBy("v"), "b")).toBe("bdce");
      expect(await from(base.orderBy("v", "desc").orderBy(sort), "d")).toBe("dcb");
      expect(await from(base.where(ID, "<", "e").orderBy(sort, "desc"), "c")).toBe("cd");
      const either = Filter.or(
        Filter.and(Filter.where("key", "==", "b"), Filter.where(sort, "<=", 2)),
        Filter.and(Filter.where("key", "!=", "b"), Filter.where("v", ">", 0)),
      );
      expect(await from(rows.where(either), "d")).toBe("def");
    });

    onStore("listeners put documents in the order that queries give", async (db) => {
      const vector = (...elements: number[]) => FieldValue.vector(elements);
      const texts = ["Sierpiński", "Łukasiewicz", "你好", "你顥", "岩澤", "︒", "Ｐ", "🄟", "🐵", "😀", "😁"];
      const numbered = ["-9223372036854775808", "-2", "7", "12", "9223372036854775807"].map((id) => `__id${id}__`);
      const ordered: [string, unknown[]][] = [
        ["texts", texts],
        ["arrays", texts.map((text) => [text])],
        ["maps", texts.map((text) => ({ [text]: true }))],
        ["vectors", [[1, 2], [100], vector(-Infinity), vector(100), vector(1, 2), vector(2, 1), { a: 1 }]],
      ];
      for (const [name, values] of ordered) {
        const shuffled = values.map((value, at) => [`d${(at * 7) % 11}`, { value }] as const);
        const rows = await fill(db.collection(`order-${name}`), Object.fromEntries(shuffled));
        const expected = shuffled.map(([id]) => id);
        const query = rows.orderBy("value");
        expect([name, ids(await query.get()), ids(await heard(query))]).toEqual([name, expected, expected]);
      }
      const names = [...numbered, "12", "7", "A", "Aa", "__id", "_id1__", "a", ...texts.slice(1)];
      const rows = await fill(db.collection("order-ids"), Object.fromEntries([...names].sort().map((id) => [id, {}])));
      expect([ids(await rows.get()), ids(await heard(rows.orderBy(ID)))]).toEqual([names, names]);
    });

    onStore("more listeners than one connection carries hear the same change", async (db) => {
      const rows = db.collection("crowd");
      const listeners = Array.from({ length: 120 }, (_, n) => {
        const sizes: number[] = [];
        let wake = (): void => {};
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        let ready = (): void => {};
        const first = new Promise<void>((resolve) => {
          ready = resolve;
        });
        const stop = rows.where("n", ">", n).onSnapshot(({ size }) => (sizes.push(size) === 1 ? ready() : wake()));
        return { sizes, first, changed, stop };
      });
      await Promise.all(listeners.map(({ first }) => first));
      await rows.doc("one").set({ n: 1_000 });
      await Promise.all(listeners.map(({ changed }) => changed));
      for (const { sizes, stop } of listeners) {
        stop();
        expect(sizes).toEqual([0, 1]);
      }
    });

    onStore("a bulk writer tries again when it is told to, and keeps the other writes", async (db) => {
      await Promise.all([db.doc("bulk/taken").set({}), db.doc("bulk/b").set({ n: 1 })]);
      const writer = db.bulkWriter();
      const failures: [string, number][] = [];
      writer.onWriteError(({ documentRef, failedAttempts }) => {
        failures.push([documentRef.id, failedAttempts]);
        return failedAttempts < 2;
      });
      const refused = expect(writer.create(db.doc("bulk/taken"), {})).rejects.toMatchObject({
        code: GrpcStatus.ALREADY_EXISTS,
      });
      const set = writer.set(db.doc("bulk/a"), { n: 2 });
      const update = writer.update(db.doc("bulk/b"), { n: FieldValue.increment(1) });
      await writer.flush();
      const removed = writer.delete(db.doc("bulk/none"));
      await writer.close();
      await refused;
      expect((await set).writeTime.toMillis()).toBeGreaterThan(0);
      expect((await update).writeTime.toMillis()).toBeGreaterThan(0);
      // The library cannot tell a time for what was not there.
      expect((await removed).writeTime).toEqual(new Timestamp(0, 0));
      expect(failures).toEqual([
        ["taken", 1],
        ["taken", 2],
      ]);
      expect((await db.doc("bulk/b").get()).data()).toEqual({ n: 2 });
      expect((await db.doc("bulk/a").get()).data()).toEqual({ n: 2 });
    });

    onStore("names may hold NUL, and stay apart from those that end there", async (db) => {
      const nul = await fill(db.collection("nu\0l"), { "a\0b": { "k\0x": 1 }, "a\x01": { "k\0y": 1 }, "a\0": {} });
      await fill(db.collection("nu"), { a: { k: 1 } });
      expect((await nul.doc("a").get()).exists).toBe(false);
      expect(ids(await nul.get())).toEqual(["a\0", "a\0b", "a\x01"]);
      expect(ids(await nul.where(new FieldPath("k\0x"), "==", 1).get())).toEqual(["a\0b"]);
      expect(ids(await db.collectionGroup("nu\0l").where(new FieldPath("k\0y"), "==", 1).get())).toEqual(["a\x01"]);
      expect(ids(await db.collection("nu").get())).toEqual(["a"]);
      const collections = (await db.listCollections()).map(({ id }) => id);
      expect(collections.filter((id) => id.startsWith("nu"))).toEqual(["nu", "nu\0l"]);
    });

    onStore("references to other databases come in the order of project, database and path", async (db) => {
      const inDatabase = (projectId: string, databaseId?: string) =>
        new Firestore({ projectId, ...(databaseId ? { databaseId } : {}) }).doc("c/d");
      const refs = await fill(db.collection("refs"), {
        other: { ref: inDatabase("a-b") },
        first: { ref: inDatabase("a") },
        named: { ref: inDatabase("a", "d") },
        longer: { ref: inDatabase("a", "d-1") },
      });
      expect(ids(await refs.orderBy("ref").get())).toEqual(["first", "named", "longer", "other"]);
      expect(ids(await refs.where("ref", ">", inDatabase("a", "d")).get())).toEqual(["longer", "other"]);
    });

    onStore("no query leads into a vector", async (db) => {
      const vectors = await fill(db.collection("vectors"), {
        vector: { v: FieldValue.vector([1, 2]) },
        map: { v: { value: [1, 2] } },
      });
      expect(ids(await vectors.where("v.value", "==", [1, 2]).get())).toEqual(["map"]);
      expect(ids(await vectors.where("v.value", "array-contains", 1).get())).toEqual(["map"]);
      expect(ids(await vectors.orderBy("v.value").get())).toEqual(["map"]);
    });
  },
  { createIndexes: true },
);
