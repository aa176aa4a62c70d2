import { AggregateField, FieldValue, type Firestore, GrpcStatus } from "@google-cloud/firestore";
import { expect } from "vitest";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { connect } from "../support/engine.js";

/* What the client library offers beyond documents and queries, with the same expectations on both stores. */

function open(port: number): OpenClient<Firestore> {
  // Listing collections takes the emulator's owner.
  const client = connect(port, "owner", "demo-library");
  return { client, close: () => client.terminate() };
}

describeBothStores(open, (onStore, name) => {
  onStore("lists documents, those included that only have documents below them", async (db) => {
    await Promise.all(
      ["list/b", "list/a", "list/ghost/sub/x", "list/a/sub/y", "list/__id7__"].map((path) =>
        db.doc(path).set({ n: 1 }),
      ),
    );
    const refs = await db.collection("list").listDocuments();
    expect(refs.map((ref) => ref.id)).toEqual(["__id7__", "a", "b", "ghost"]);
  });

  onStore("lists documents over several pages", async (db) => {
    const ids = Array.from({ length: 320 }, (_, n) => `d${String(n).padStart(3, "0")}`);
    const batch = db.batch();
    for (const id of ids) batch.set(db.doc(`pages/${id}`), {});
    await batch.commit();
    expect((await db.collection("pages").listDocuments()).map((ref) => ref.id)).toEqual(ids);
  });

  onStore("lists collections of a document, of a missing one too", async (db) => {
    await Promise.all(
      ["cols/a/z/1", "cols/a/b/1", "cols/a/b/1/deep/1", "cols/none/x/1"].map((path) => db.doc(path).set({})),
    );
    const names = async (path: string) => (await db.doc(path).listCollections()).map((one) => one.id);
    expect(await names("cols/a")).toEqual(["b", "z"]);
    expect(await names("cols/none")).toEqual(["x"]);
    await db.doc("cols/a/z/1").delete();
    expect(await names("cols/a")).toEqual(["b"]);
    expect((await db.listCollections()).map((one) => one.id)).toContain("cols");
  });

  onStore("partitions a collection group into parts that make up the whole", async (db) => {
    if (name === "official emulator") {
      const unanswered = db.collectionGroup("parts").getPartitions(4)[Symbol.asyncIterator]().next();
      await expect(unanswered).rejects.toMatchObject({ code: GrpcStatus.UNIMPLEMENTED });
      return;
    }
    const batch = db.batch();
    for (let n = 0; n < 40; n++) batch.set(db.doc(`owners/o${n % 4}/parts/p${n}`), { n });
    await batch.commit();
    const found: number[] = [];
    for await (const partition of db.collectionGroup("parts").getPartitions(4)) {
      found.push(...(await partition.toQuery().get()).docs.map((doc) => doc.get("n") as number));
    }
    expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  onStore("writes in bulk, each write for itself", async (db) => {
    await db.doc("bulk/taken").set({});
    const writer = db.bulkWriter();
    const codes: unknown[] = [];
    writer.onWriteError((error) => {
      codes.push(error.code);
      return false;
    });
    const refused = writer.create(db.doc("bulk/taken"), {}).catch((error: { code: number }) => error.code);
    for (let n = 0; n < 30; n++) void writer.set(db.doc(`bulk/b${n}`), { n });
    await writer.close();
    expect([await refused, codes]).toEqual([GrpcStatus.ALREADY_EXISTS, [GrpcStatus.ALREADY_EXISTS]]);
    expect((await db.collection("bulk").count().get()).data().count).toBe(31);
  });

  onStore("deletes a document with everything below it", async (db) => {
    const paths = ["tree/a", "tree/a/x/1", "tree/a/x/1/y/2", "tree/ab", "tree/b/x/1"];
    await Promise.all(paths.map((path) => db.doc(path).set({})));
    const deleted: string[] = [];
    const writer = db.bulkWriter();
    writer.onWriteResult((ref) => deleted.push(ref.path));
    await db.recursiveDelete(db.doc("tree/a"), writer);
    await writer.close();
    expect(deleted.sort()).toEqual(["tree/a", "tree/a/x/1", "tree/a/x/1/y/2"]);
    const left = await db.getAll(...paths.map((path) => db.doc(path)));
    expect(left.filter((one) => one.exists).map((one) => one.ref.path)).toEqual(["tree/ab", "tree/b/x/1"]);
  });

  onStore("sums doubles as if nothing were lost on the way", async (db) => {
    const sums: [number, number[]][] = [
      [0.6, [0.1, 0.2, 0.3]],
      [1, Array<number>(10).fill(0.1)],
      [Number.POSITIVE_INFINITY, [1, Number.POSITIVE_INFINITY, 1e308]],
      [Number.NaN, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ];
    for (const [n, [sum, values]] of sums.entries()) {
      const collection = db.collection(`sum${n}`);
      const batch = db.batch();
      for (const [id, v] of values.entries()) batch.create(collection.doc(`d${id}`), { v });
      await batch.commit();
      const { s, a } = (
        await collection.aggregate({ s: AggregateField.sum("v"), a: AggregateField.average("v") }).get()
      ).data();
      expect([s, a]).toEqual([sum, sum / values.length]);
    }
  });

  onStore("a transaction sees one moment, and commits on it or not at all", async (db) => {
    const [a, b] = [db.doc("moment/a"), db.doc("moment/b")];
    await Promise.all([a.set({ n: 1 }), b.set({ n: 1 })]);
    let attempts = 0;
    const sums = await db.runTransaction(async (tx) => {
      const first = (await tx.get(a)).get("n") as number;
      const second = (await tx.get(b)).get("n") as number;
      attempts++;
      tx.update(a, { sum: FieldValue.increment(first + second) });
      return first + second;
    });
    expect([sums, attempts, (await a.get()).get("sum")]).toEqual([2, 1, 2]);
    await expect(
      db.runTransaction(async (tx) => {
        await tx.get(a);
        tx.update(a, { n: 5 });
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");
    expect((await a.get()).get("n")).toBe(1);
  });
});
