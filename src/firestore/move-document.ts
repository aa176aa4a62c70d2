import type { CollectionReference, DocumentReference } from "@google-cloud/firestore";
import { queryResultOf, refOf, snapshotOf } from "./documents.js";
import { storeFailure } from "./failure.js";
import type { Move, Ref, Snapshot, Store } from "./store.js";

/** At most this many documents, and about this many bytes of them as JSON, go into one commit (its limit is 10 MiB). */
const CHUNK = { documents: 100, bytes: 4 * 1024 * 1024 } as const;

type ClientRef = (ref: Ref) => DocumentReference;

/**
 * Moves a document and all its sub-collections, in as many bounded commits as it takes. Each commit copies and deletes
 * the same documents, so that at any moment, crash included, every document is in exactly one of the two places; what
 * lies deepest goes first and the document itself last, so that a move that was cut short is found and continued.
 *
 * A document is moved only if it has not changed since its sub-collections were moved: a writer that adds to them
 * changes it too. Nothing is moved onto a document that is there already: it is another one, of which the caller may
 * not even know (src/board/scope).
 */
export function documentMover(clientRef: ClientRef, transaction: Store["transaction"]): Store["moveDocument"] {
  async function moveBeneath(move: Move, from: DocumentReference, to: DocumentReference, levels: number) {
    if (levels === 0) return true;
    for (const collection of await from.listCollections())
      if (!(await moveCollection(move, collection, to.collection(collection.id), levels))) return false;
    return true;
  }

  async function moveCollection(move: Move, from: CollectionReference, to: CollectionReference, levels: number) {
    for (;;) {
      const { docs } = queryResultOf(await from.limit(CHUNK.documents).get());
      if (docs.length === 0) return true;
      const emptied = await Promise.all(
        docs.map(({ ref, id }) => moveBeneath(move, clientRef(ref), to.doc(id), levels - 1)),
      );
      if (emptied.includes(false) || (await moveChunk(move, docs, to)) === 0) return false;
      // Asked after a commit, never before the first: each move makes progress, however little time there is.
      if (!move.goOn()) return false;
    }
  }

  /** Moves those of the documents that fit into one commit and have not changed; gives their number. */
  async function moveChunk(move: Move, before: Snapshot[], to: CollectionReference): Promise<number> {
    return await transaction(async (tx) => {
      const [root, ...current] = await tx.getAll([move.from, ...before.map(({ ref }) => ref)]);
      if (!root?.exists || !move.mayMove(root)) return 0;
      let bytes = 0;
      let count = 0;
      for (const [at, snapshot] of current.entries()) {
        const data = snapshot.data();
        const seen = before[at]?.updateTime;
        if (data === undefined || !seen || !snapshot.updateTime?.isEqual(seen)) continue;
        bytes += Buffer.byteLength(JSON.stringify(data));
        if (count > 0 && bytes > CHUNK.bytes) break;
        tx.create(refOf(to.doc(snapshot.id)), data);
        tx.delete(snapshot.ref);
        count += 1;
      }
      return count;
    }, move.signal);
  }

  return async (move) => {
    const [from, to] = [clientRef(move.from), clientRef(move.to)];
    const [before, there] = (await from.firestore.getAll(from, to)).map((document) => snapshotOf(document));
    if (!before?.exists || there?.exists || !move.mayMove(before)) return false;
    try {
      if (!(await moveBeneath(move, from, to, move.levels))) return false;
      return (await moveChunk(move, [before], to.parent)) === 1;
    } catch (error) {
      if (storeFailure(error) === "already_exists") return false;
      throw error;
    }
  };
}
