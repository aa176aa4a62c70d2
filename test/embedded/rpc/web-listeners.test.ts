import {
  collection,
  deleteDoc,
  disableNetwork,
  doc,
  enableNetwork,
  type Firestore,
  limit,
  limitToLast,
  memoryLocalCache,
  memoryLruGarbageCollector,
  orderBy,
  type QuerySnapshot,
  query,
  serverTimestamp,
  setDoc,
  Timestamp,
  updateDoc,
  where,
} from "firebase/firestore";
import { expect, it, onTestFinished } from "vitest";
import { startEngine } from "../../../src/embedded/index.js";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";
import { hearDocument, hearQuery, openWeb } from "../support/web.js";

/* Listeners of Google's web library, with the same expectations on both stores, also when a client was away. */

interface Clients {
  db: Firestore;
  /** Another application on the same database. */
  other: Firestore;
}

function open(port: number): OpenClient<Clients> {
  // Keeps what it has heard, so that listeners come back with tokens.
  const localCache = memoryLocalCache({ garbageCollector: memoryLruGarbageCollector() });
  const [one, two] = [openWeb(port, "demo-web-listeners", { localCache }), openWeb(port, "demo-web-listeners")];
  return {
    client: { db: one.client, other: two.client },
    close: async () => void (await Promise.all([one.close(), two.close()])),
  };
}

/** Whether a snapshot has documents with these numbers, comes from the store and waits for no write. */
const settled = (...numbers: number[]) => {
  const wanted = numbers.join();
  return ({ docs, metadata }: QuerySnapshot): boolean =>
    docs.map((one) => one.get("n")).join() === wanted && !metadata.fromCache && !metadata.hasPendingWrites;
};

const ids = (snapshot: QuerySnapshot): string => snapshot.docs.map((one) => one.id).join(" ");

describeBothStores(open, (onStore) => {
  onStore("a document is heard with writes of this and of another client", async ({ db, other }) => {
    const ref = doc(db, "heard/a");
    const { until, stop } = hearDocument(ref);
    const stored = async (n: number) =>
      (await until((one) => one.get("n") === n && !one.metadata.hasPendingWrites && !one.metadata.fromCache)).data();
    expect((await until((one) => !one.metadata.fromCache)).exists()).toBe(false);
    await setDoc(ref, { n: 1, of: "this" });
    expect(await stored(1)).toEqual({ n: 1, of: "this" });
    await setDoc(doc(other, "heard/a"), { n: 2, of: "another" });
    expect(await stored(2)).toEqual({ n: 2, of: "another" });
    await setDoc(ref, { n: 2, of: "another" });
    expect(await stored(2)).toEqual({ n: 2, of: "another" });
    await updateDoc(ref, { n: 3, at: serverTimestamp() });
    expect(await stored(3)).toMatchObject({ at: expect.any(Timestamp) });
    await deleteDoc(doc(other, "heard/a"));
    expect((await until((one) => !one.exists())).metadata.fromCache).toBe(false);
    stop();
  });

  onStore("queries are heard side by side, with order, limits from either end and bounds", async ({ db, other }) => {
    const nums = collection(db, "nums");
    const all = hearQuery(nums);
    const first = hearQuery(query(nums, where("n", ">", 0), orderBy("n"), limit(2)));
    const last = hearQuery(query(nums, orderBy("n"), limitToLast(2)));
    const low = hearQuery(query(nums, where("n", "<", 3)));
    /** Waits until the queries give these numbers, and gives the ids. */
    const heard = (...wanted: number[][]) =>
      Promise.all(
        [all, first, last, low].map(async ({ until }, at) => ids(await until(settled(...(wanted[at] ?? []))))),
      );
    await heard([], [], [], []);
    for (const [id, n] of Object.entries({ b: 2, c: 3, d: 4 })) await setDoc(doc(other, `nums/${id}`), { n });
    expect(await heard([2, 3, 4], [2, 3], [3, 4], [2])).toEqual(["b c d", "b c", "c d", "b"]);
    await setDoc(doc(db, "nums/a"), { n: 1 });
    expect(await heard([1, 2, 3, 4], [1, 2], [3, 4], [1, 2])).toEqual(["a b c d", "a b", "c d", "a b"]);
    await updateDoc(doc(other, "nums/b"), { n: 9 });
    expect(await heard([1, 9, 3, 4], [1, 3], [4, 9], [1])).toEqual(["a b c d", "a c", "d b", "a"]);
    await deleteDoc(doc(other, "nums/a"));
    expect(await heard([9, 3, 4], [3, 4], [4, 9], [])).toEqual(["b c d", "c d", "d b", ""]);
    for (const { stop } of [all, first, last, low]) stop();
  });

  onStore("a listener that comes back hears what is new, and what has gone", async ({ db, other }) => {
    for (const [id, n] of Object.entries({ a: 1, b: 2, c: 3 })) await setDoc(doc(other, `back/${id}`), { n });
    for (let times = 0; times < 2; times++) {
      const before = hearQuery(collection(db, "back"));
      await before.until(settled(1, 2, 3));
      before.stop();
    }
    await deleteDoc(doc(other, "back/b"));
    await setDoc(doc(other, "back/d"), { n: 4 });
    const after = hearQuery(collection(db, "back"));
    expect(ids(await after.until(settled(1, 3, 4)))).toBe("a c d");
    after.stop();
  });
});

// The official emulator now and then never answers a client that opens its stream again with tokens.
it("a client that was away catches up in all its listeners, and sends what it wrote meanwhile", async () => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, token: "owner" });
  const { client, close } = open(engine.port);
  const { db, other } = client;
  onTestFinished(async () => {
    await close();
    await engine.close();
  });
  for (const [id, n] of Object.entries({ a: 1, b: 2, c: 3 })) await setDoc(doc(other, `c/${id}`), { n });
  const all = hearQuery(collection(db, "c"));
  const low = hearQuery(query(collection(db, "c"), where("n", "<", 5)));
  const single = hearDocument(doc(db, "c/c"));
  await Promise.all([all.until(settled(1, 2, 3)), low.until(settled(1, 2, 3))]);
  expect((await single.until((one) => !one.metadata.fromCache)).exists()).toBe(true);
  await disableNetwork(db);
  const written = setDoc(doc(db, "c/mine"), { n: 5 });
  await setDoc(doc(other, "c/a"), { n: 10 });
  await deleteDoc(doc(other, "c/c"));
  await setDoc(doc(other, "c/d"), { n: 4 });
  await all.until(({ metadata }) => metadata.hasPendingWrites && metadata.fromCache);
  await enableNetwork(db);
  await written;
  expect(ids(await all.until(settled(10, 2, 4, 5)))).toBe("a b d mine");
  expect(ids(await low.until(settled(2, 4)))).toBe("b d");
  expect((await single.until((one) => !one.exists())).metadata.fromCache).toBe(false);
});

it("the engine may start again under a client that listens and writes", async () => {
  const options = { file: temporaryFile(), indexes: NO_INDEXES, token: "owner" };
  const first = await startEngine(options);
  const { client: db, close } = openWeb(first.port, "demo-web-listeners");
  const { until } = hearQuery(collection(db, "c"));
  await setDoc(doc(db, "c/a"), { n: 1 });
  await until(settled(1));
  await first.close();
  await until((snapshot) => snapshot.metadata.fromCache);
  const written = setDoc(doc(db, "c/b"), { n: 2 });
  const second = await startEngine({ ...options, port: first.port });
  onTestFinished(async () => {
    await close();
    await second.close();
  });
  await written;
  expect(ids(await until(settled(1, 2)))).toBe("a b");
});
