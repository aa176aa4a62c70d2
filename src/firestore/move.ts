import type { CollectionReference, DocumentReference, DocumentSnapshot } from "@google-cloud/firestore";
import type { RunTransaction } from "./transaction-retry.js";

/** At most this many documents, and about this many bytes of them as JSON, go into one commit (its limit is 10 MiB). */
const CHUNK = { documents: 100, bytes: 4 * 1024 * 1024 } as const;

/** A document to be moved with everything beneath it. */
export interface Move {
  from: DocumentReference;
  to: DocumentReference;
  /** How many levels of sub-collections there can be. */
  levels: number;
  /** Whether it may still be moved, as it is now; asked in each commit. */
  mayMove(current: DocumentSnapshot): boolean;
  /** Whether there is time for another commit. */
  goOn(): boolean;
  transaction: RunTransaction;
  signal: AbortSignal;
}

/**
 * Moves a document and all its sub-collections, in as many bounded commits as it takes. Each commit copies and deletes the
 * same documents, so that at any moment, crash included, every document is in exactly one of the two places; what lies
 * deepest goes first and the document itself last, so that a move that was cut short is found and continued.
 *
 * A document goes only if it is as it was before what lies beneath it went: whoever adds something there changes it too.
 * False when it was not moved to its end: time is up, it changed meanwhile, or somebody else is moving it.
 */
export async function moveDocument(move: Move): Promise<boolean> {
  const before = await move.from.get();
  if (!before.exists || !move.mayMove(before)) return false;
  if (!(await moveBeneath(move, move.from, move.to, move.levels))) return false;
  return (await moveChunk(move, [before], move.to.parent)) === 1;
}

async function moveBeneath(move: Move, from: DocumentReference, to: DocumentReference, levels: number) {
  if (levels === 0) return true;
  for (const collection of await from.listCollections())
    if (!(await moveCollection(move, collection, to.collection(collection.id), levels))) return false;
  return true;
}

async function moveCollection(move: Move, from: CollectionReference, to: CollectionReference, levels: number) {
  for (;;) {
    const { docs } = await from.limit(CHUNK.documents).get();
    if (docs.length === 0) return true;
    const emptied = await Promise.all(docs.map(({ ref, id }) => moveBeneath(move, ref, to.doc(id), levels - 1)));
    if (emptied.includes(false) || (await moveChunk(move, docs, to)) === 0) return false;
    // Asked behind a commit, never before the first: each move comes further, however little time there is.
    if (!move.goOn()) return false;
  }
}

/** Moves those of the documents that fit into one commit and have not changed; gives their number. */
async function moveChunk(move: Move, before: DocumentSnapshot[], to: CollectionReference): Promise<number> {
  return await move.transaction(async ({ tx }) => {
    const [root, ...current] = await tx.getAll(move.from, ...before.map(({ ref }) => ref));
    if (!root?.exists || !move.mayMove(root)) return 0;
    let bytes = 0;
    let count = 0;
    for (const [at, snapshot] of current.entries()) {
      const data = snapshot.data();
      const changed = !before[at]?.updateTime || !snapshot.updateTime?.isEqual(before[at].updateTime);
      if (data === undefined || changed) continue;
      bytes += Buffer.byteLength(JSON.stringify(data));
      if (count > 0 && bytes > CHUNK.bytes) break;
      tx.set(to.doc(snapshot.id), data);
      tx.delete(snapshot.ref);
      count += 1;
    }
    return count;
  }, move.signal);
}
