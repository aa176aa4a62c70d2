import {
  addDoc,
  arrayUnion,
  average,
  Bytes,
  collection,
  collectionGroup,
  deleteDoc,
  deleteField,
  doc,
  documentId,
  type Firestore,
  GeoPoint,
  getAggregateFromServer,
  getCountFromServer,
  getDocFromServer,
  getDocs,
  increment,
  limit,
  limitToLast,
  or,
  orderBy,
  type Query,
  query,
  runTransaction,
  serverTimestamp,
  setDoc,
  startAfter,
  sum,
  Timestamp,
  updateDoc,
  vector,
  waitForPendingWrites,
  where,
  writeBatch,
} from "firebase/firestore";
import { expect } from "vitest";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { openWeb } from "../support/web.js";

/* Google's web library, with the same expectations on both stores: writes, reads and transactions. */

interface Clients {
  db: Firestore;
  /** Another application on the same database. */
  other: Firestore;
}

function open(port: number): OpenClient<Clients> {
  const [one, two] = [openWeb(port, "demo-web"), openWeb(port, "demo-web")];
  return {
    client: { db: one.client, other: two.client },
    close: async () => void (await Promise.all([one.close(), two.close()])),
  };
}

const read = async (db: Firestore, path: string) => (await getDocFromServer(doc(db, path))).data();
const ids = async (asked: Query) => (await getDocs(asked)).docs.map((one) => one.id).join(" ");

describeBothStores(open, (onStore) => {
  onStore("sets, updates and deletes documents", async ({ db }) => {
    const ref = doc(db, "docs/a");
    await setDoc(ref, { n: 1, gone: true, at: serverTimestamp() });
    expect((await getDocFromServer(ref)).get("at")).toBeInstanceOf(Timestamp);
    await updateDoc(ref, { n: increment(2), "m.x": 1, list: arrayUnion(1, 2), gone: deleteField(), at: 0 });
    await setDoc(ref, { m: { y: 2 } }, { merge: true });
    await setDoc(ref, { n: 100, only: 1 }, { mergeFields: ["only"] });
    expect(await read(db, "docs/a")).toEqual({ n: 3, m: { x: 1, y: 2 }, list: [1, 2], at: 0, only: 1 });
    await deleteDoc(ref);
    await deleteDoc(ref);
    expect(await read(db, "docs/a")).toBe(undefined);
    const { id } = await addDoc(collection(db, "docs"), { n: 1 });
    expect(await read(db, `docs/${id}`)).toEqual({ n: 1 });
  });

  onStore("keeps values of every type", async ({ db }) => {
    const numbers = { big: 9_007_199_254_740_991, nan: Number.NaN, inf: -Infinity, minus: -0, half: 0.5 };
    const plain = { ...numbers, text: "ü\u{1f525}", none: null, list: [1, { a: [] }], map: { "a.b": {} } };
    const bytes = Bytes.fromBase64String("AQI=");
    const special = { bytes, point: new GeoPoint(1, 2), at: new Timestamp(1, 2_000), vec: vector([1, 2]) };
    await setDoc(doc(db, "types/a"), { ...plain, ...special, ref: doc(db, "a/b") });
    const { ref, bytes: b, point, at, vec, ...rest } = (await read(db, "types/a")) ?? {};
    expect(rest).toEqual(plain);
    expect([ref.path, b.isEqual(special.bytes), point.isEqual(special.point)]).toEqual(["a/b", true, true]);
    expect([at.isEqual(special.at), vec.toArray()]).toEqual([true, [1, 2]]);
  });

  onStore("writes a batch whole or not at all", async ({ db }) => {
    const whole = writeBatch(db);
    for (const id of ["a", "b", "c"]) whole.set(doc(db, `batch/${id}`), { id });
    whole.delete(doc(db, "batch/a"));
    await whole.commit();
    expect(await ids(collection(db, "batch"))).toBe("b c");
    const failing = writeBatch(db);
    failing.set(doc(db, "batch/d"), {});
    failing.update(doc(db, "batch/none"), { n: 1 });
    await expect(failing.commit()).rejects.toMatchObject({ code: "not-found" });
    expect(await read(db, "batch/d")).toBe(undefined);
  });

  onStore("writes that are sent together arrive in their order, past those that are refused", async ({ db }) => {
    const sent = [
      ...Array.from({ length: 30 }, (_, n) => setDoc(doc(db, "order/a"), { n })),
      updateDoc(doc(db, "order/none"), { n: 1 }),
      setDoc(doc(db, "order/b"), {}),
      setDoc(doc(db, "order/huge"), { text: "x".repeat(1_100_000) }),
      setDoc(doc(db, "order/c"), {}),
    ];
    const refused = (await Promise.allSettled(sent)).map((one) => one.status === "rejected" && one.reason.code);
    expect(refused.filter(Boolean)).toEqual(["not-found", "invalid-argument"]);
    await waitForPendingWrites(db);
    expect([await read(db, "order/a"), await ids(collection(db, "order"))]).toEqual([{ n: 29 }, "a b c"]);
  });

  onStore("asks queries of many kinds", async ({ db, other }) => {
    const batch = writeBatch(other);
    for (let n = 0; n < 6; n++) batch.set(doc(other, `nums/${n}`), { n, tags: [n % 2], sub: { n } });
    for (const owner of ["x", "y"]) batch.set(doc(other, `owners/${owner}/things/${owner}`), { owner });
    await batch.commit();
    const nums = collection(db, "nums");
    expect(await ids(query(nums, where("n", ">", 1), orderBy("n", "desc"), limit(2)))).toBe("5 4");
    expect(await ids(query(nums, orderBy("n"), startAfter(2), limitToLast(2)))).toBe("4 5");
    expect(await ids(query(nums, or(where("n", "==", 1), where("n", "in", [3, 4]))))).toBe("1 3 4");
    expect(await ids(query(nums, where("tags", "array-contains", 1), where("sub.n", "==", 3)))).toBe("3");
    expect(await ids(query(nums, where("n", "not-in", [0, 1, 2, 3])))).toBe("4 5");
    expect(await ids(query(nums, where(documentId(), "in", ["5", "1"])))).toBe("1 5");
    expect(await ids(collectionGroup(db, "things"))).toBe("x y");
    expect((await getCountFromServer(query(nums, where("n", ">", 1)))).data()).toEqual({ count: 4 });
    const figures = await getAggregateFromServer(nums, { all: sum("n"), mean: average("n") });
    expect(figures.data()).toEqual({ all: 15, mean: 2.5 });
  });

  onStore("a transaction writes what it decided on what it read", async ({ db }) => {
    await setDoc(doc(db, "tx/a"), { n: 1 });
    const was = await runTransaction(db, async (tx) => {
      const [a, b] = [await tx.get(doc(db, "tx/a")), await tx.get(doc(db, "tx/b"))];
      tx.update(a.ref, { n: increment(1) });
      tx.set(b.ref, { first: !b.exists() });
      return a.get("n");
    });
    expect([was, await read(db, "tx/a"), await read(db, "tx/b")]).toEqual([1, { n: 2 }, { first: true }]);
    const missing = runTransaction(db, async (tx) => void tx.update(doc(db, "tx/none"), { n: 1 }));
    await expect(missing).rejects.toMatchObject({ code: "not-found" });
  });

  onStore("a transaction runs again when what it read has changed, also if it does not write it", async (clients) => {
    const { db, other } = clients;
    await setDoc(doc(db, "again/read"), { n: 1 });
    for (const written of ["read", "else"]) {
      let runs = 0;
      await runTransaction(db, async (tx) => {
        const [read, none] = [await tx.get(doc(db, "again/read")), await tx.get(doc(db, "again/none"))];
        if (runs++ === 0) await updateDoc(doc(other, "again/read"), { n: increment(10) });
        expect(none.exists()).toBe(false);
        tx.set(doc(db, `again/${written}`), { n: read.get("n") + 1 });
      });
      expect([runs, (await read(db, `again/${written}`))?.n]).toEqual([2, written === "read" ? 12 : 23]);
    }
  });

  onStore("transactions at the same time lose nothing", async ({ db, other }) => {
    await setDoc(doc(db, "race/a"), { n: 0 });
    const add = (client: Firestore) =>
      runTransaction(
        client,
        async (tx) => {
          const before = await tx.get(doc(client, "race/a"));
          tx.update(before.ref, { n: before.get("n") + 1 });
        },
        { maxAttempts: 20 },
      );
    await Promise.all([add(db), add(other), add(db), add(other)]);
    expect(await read(db, "race/a")).toEqual({ n: 4 });
  });
});
