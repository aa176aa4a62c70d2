import type { DocumentReference, DocumentSnapshot, Precondition } from "@google-cloud/firestore";
import type { QueryResult, Ref, Snapshot, UpdatePrecondition } from "./store.js";

/** The board's reference to the client's document. */
export function refOf(document: DocumentReference): Ref {
  const { id, path } = document;
  const names = path.split("/");
  const holder = names.length > 2 ? document.parent.parent : null;
  return {
    collection: names.at(-2) ?? "",
    id,
    path,
    parent: holder && refOf(holder),
    get: async () => snapshotOf(await document.get()),
    async update(fields, precondition) {
      await document.update(fields, ...clientPrecondition(precondition));
    },
  };
}

/** The board's view of what the client has read. Fields are decoded when they are asked for, as the client does it. */
export function snapshotOf(document: DocumentSnapshot): Snapshot {
  return {
    ref: refOf(document.ref),
    id: document.id,
    exists: document.exists,
    updateTime: document.updateTime,
    data: () => document.data(),
    get: (field): unknown => document.get(field),
  };
}

/** The board's view of what a query of the client has found. */
export function queryResultOf({ docs }: { docs: DocumentSnapshot[] }): QueryResult {
  return { docs: docs.map(snapshotOf) };
}

/** A precondition as the client's last argument, or no argument: it takes undefined for a mistake. */
export function clientPrecondition(precondition: UpdatePrecondition | undefined): [] | [Precondition] {
  // Every Timestamp of the board's is one of the client's.
  return precondition ? [precondition as Precondition] : [];
}
