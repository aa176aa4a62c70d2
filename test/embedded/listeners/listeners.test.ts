import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DocumentReference, DocumentSnapshot, Query, QuerySnapshot } from "@google-cloud/firestore";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Engine, startEngine } from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { connect, NO_INDEXES } from "../support/engine.js";

/* Listeners through the client library: what applications see of changes, also of those that other processes make. */

let folder: string;
let engine: Engine;
let other: Engine;
let db: ReturnType<typeof connect>;
let elsewhere: ReturnType<typeof connect>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "listeners-"));
  const file = join(folder, "store.db");
  engine = await startEngine({ file, indexes: NO_INDEXES });
  other = await startEngine({ file, indexes: NO_INDEXES });
  db = connect(engine.port);
  elsewhere = connect(other.port);
});
afterEach(async () => {
  await Promise.all([db.terminate(), elsewhere.terminate()]);
  await Promise.all([engine.close(), other.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Collects what a listener hears; `next` waits for the next one. */
function hear<T>(listen: (onNext: (value: T) => void, onError: (error: Error) => void) => () => void) {
  const heard: T[] = [];
  let wake = (): void => {};
  let failure: Error | undefined;
  const stop = listen(
    (value) => {
      heard.push(value);
      wake();
    },
    (error) => {
      failure = error;
      wake();
    },
  );
  const next = async (): Promise<T> => {
    while (heard.length === 0) {
      if (failure) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return heard.shift() as T;
  };
  return { next, stop };
}

const hearDocument = (ref: DocumentReference) => hear<DocumentSnapshot>((next, fail) => ref.onSnapshot(next, fail));
const hearQuery = (query: Query) => hear<QuerySnapshot>((next, fail) => query.onSnapshot(next, fail));
const ids = (snapshot: QuerySnapshot): string => snapshot.docs.map((doc) => doc.id).join(" ");
const changes = (snapshot: QuerySnapshot): string =>
  snapshot
    .docChanges()
    .map((change) => `${change.type} ${change.doc.id}`)
    .join(", ");

it("a document is heard when it is made, changed and deleted, here or in another process", async () => {
  const ref = db.doc("rooms/a");
  const { next, stop } = hearDocument(ref);
  expect((await next()).exists).toBe(false);
  await ref.set({ n: 1 });
  expect((await next()).data()).toEqual({ n: 1 });
  await elsewhere.doc("rooms/a").update({ n: 2 });
  expect((await next()).data()).toEqual({ n: 2 });
  await elsewhere.doc("rooms/a").delete();
  expect((await next()).exists).toBe(false);
  stop();
});

it("a query is heard with its order, its limit and the kind of each change", async () => {
  const rooms = db.collection("rooms");
  await rooms.doc("b").set({ n: 2 });
  const { next, stop } = hearQuery(rooms.where("n", ">", 0).orderBy("n").limit(2));
  expect(changes(await next())).toBe("added b");
  await elsewhere.doc("rooms/c").set({ n: 3 });
  expect(ids(await next())).toBe("b c");
  await rooms.doc("a").set({ n: 1 });
  const third = await next();
  expect([ids(third), changes(third)]).toEqual(["a b", "removed c, added a"]);
  await rooms.doc("b").update({ n: 0.5 });
  const fourth = await next();
  expect([ids(fourth), changes(fourth)]).toEqual(["b a", "modified b"]);
  await rooms.doc("a").update({ n: -1 });
  const fifth = await next();
  expect([ids(fifth), changes(fifth)]).toEqual(["b c", "removed a, added c"]);
  stop();
});

it("one commit is heard at once, and what does not concern a query is not heard", async () => {
  const { next, stop } = hearQuery(db.collection("rooms").where("open", "==", true));
  expect((await next()).empty).toBe(true);
  await db.doc("rooms/shut").set({ open: false });
  const batch = elsewhere.batch();
  for (const id of ["a", "b", "c"]) batch.set(elsewhere.doc(`rooms/${id}`), { open: true });
  await batch.commit();
  expect(ids(await next())).toBe("a b c");
  stop();
});

it("a query that lacks its index fails with the definition to add", async () => {
  const { next } = hearQuery(db.collection("rooms").where("a", "==", 1).orderBy("b"));
  await expect(next()).rejects.toThrow(/requires an index.*"fieldPath":"b"/);
});

it("nothing is left of listeners that stopped", async () => {
  const first = hearQuery(db.collection("rooms"));
  const second = hearQuery(elsewhere.collection("rooms"));
  await Promise.all([first.next(), second.next()]);
  expect([engine.listeners(), other.listeners()]).toEqual([1, 1]);
  first.stop();
  second.stop();
  await vi.waitFor(() => expect([engine.listeners(), other.listeners()]).toEqual([0, 0]), { timeout: 30_000 });
});

it("a store that a newer program has taken ends the listeners with the reason, not the process", async () => {
  const { next, stop } = hearQuery(db.collection("rooms"));
  expect((await next()).empty).toBe(true);
  const newer = openConnection(join(folder, "store.db"));
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  await expect(next()).rejects.toThrow(/Update the program/);
  stop();
});
