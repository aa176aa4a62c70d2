import type { DocumentReference, Firestore } from "@google-cloud/firestore";

const DAY = 24 * 60 * 60_000;

/** The time so many days before now. */
export const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY);

/** The stored fields of a context session that ended so many days ago. */
export function endedSession(days: number): Record<string, unknown> {
  const at = daysAgo(days);
  return { kind: "context", status: "completed", agent_name: "leader", input_tokens: 7, started_at: at, ended_at: at };
}

/** Stores a session with `turns` turns, each with `items` dialog items and as many actions. */
export async function storeSession(
  db: Firestore,
  id: string,
  fields: Record<string, unknown>,
  { turns = 0, items = 0 }: { turns?: number; items?: number } = {},
): Promise<void> {
  const session = db.doc(`sessions/${id}`);
  const writes: [DocumentReference, Record<string, unknown>][] = [[session, fields]];
  for (let turn = 0; turn < turns; turn += 1) {
    const ref = session.collection("turns").doc(`req-${turn}`);
    writes.push([ref, { status: "completed", turn }]);
    for (let item = 0; item < items; item += 1) {
      writes.push([ref.collection("dialog").doc(`d-${item}`), { content: `${id} ${turn} ${item}` }]);
      writes.push([ref.collection("actions").doc(`a-${item}`), { order: item }]);
    }
  }
  for (let from = 0; from < writes.length; from += 400) {
    const batch = db.batch();
    for (const [ref, data] of writes.slice(from, from + 400)) batch.set(ref, data);
    await batch.commit();
  }
}

/** All documents of a collection and its subcollections: JSON by path. The path leaves out the name of the collection. */
export async function tree(db: Firestore, collection: "sessions" | "sessions_archive"): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (ref: DocumentReference, path: string): Promise<void> => {
    const snapshot = await ref.get();
    if (snapshot.exists) found.set(path, JSON.stringify(snapshot.data()));
    for (const below of await ref.listCollections())
      for (const child of await below.listDocuments()) await visit(child, `${path}/${below.id}/${child.id}`);
  };
  for (const ref of await db.collection(collection).listDocuments()) await visit(ref, ref.id);
  return found;
}
