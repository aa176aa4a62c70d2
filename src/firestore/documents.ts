import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Precondition,
  Transaction,
} from "@google-cloud/firestore";
import type { Mask } from "./masks.js";
import { fieldsRead } from "./query.js";
import type { QueryResult, Ref, Snapshot, UpdatePrecondition } from "./store.js";

/** The board's reference to the client's document. */
export function refOf(document: DocumentReference): Ref {
  const { id, path, firestore } = document;
  const names = path.split("/");
  const holder = names.length > 2 ? document.parent.parent : null;
  return {
    collection: names.at(-2) ?? "",
    id,
    path,
    parent: holder && refOf(holder),
    async get(mask) {
      const [snapshot] = await readDocumentsOf(firestore, [document], mask);
      return snapshot as Snapshot;
    },
    async update(fields, precondition) {
      await document.update(fields, ...clientPrecondition(precondition));
    },
  };
}

/** Reads the client's documents, from its database or in a transaction of its own. */
export async function readDocumentsOf(
  client: Pick<Firestore | Transaction, "getAll">,
  documents: readonly DocumentReference[],
  mask: Mask | undefined,
): Promise<Snapshot[]> {
  if (documents.length === 0) return [];
  const fields = mask && fieldsRead(mask);
  const found = await client.getAll(...documents, ...(fields ? [{ fieldMask: fields }] : []));
  return found.map((document) => snapshotOf(document, fields));
}

/**
 * The board's view of what the client has read: `fields` of the document, or the whole. Values are decoded when they
 * are asked for, as the client does it.
 */
export function snapshotOf(document: DocumentSnapshot, fields?: readonly string[]): Snapshot {
  const mustHave = (field: string) => {
    if (!fields?.includes(field)) throw new TypeError(`the field ${field} of ${document.id} was not read`);
  };
  return {
    ref: refOf(document.ref),
    id: document.id,
    exists: document.exists,
    updateTime: document.updateTime,
    data(needed) {
      if (fields) for (const field of needed ?? ["(all)"]) mustHave(field);
      return document.data();
    },
    get(field): unknown {
      if (fields) mustHave(field.split(".")[0] ?? field);
      return document.get(field);
    },
  };
}

/** The board's view of what a query of the client has found. */
export function queryResultOf({ docs }: { docs: DocumentSnapshot[] }, fields?: readonly string[]): QueryResult {
  return { docs: docs.map((document) => snapshotOf(document, fields)) };
}

/** A precondition as the client's last argument, or no argument: it takes undefined for a mistake. */
export function clientPrecondition(precondition: UpdatePrecondition | undefined): [] | [Precondition] {
  // Every Timestamp of the board's is one of the client's.
  return precondition ? [precondition as Precondition] : [];
}
