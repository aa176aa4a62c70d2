import type { Query as ClientQuery, DocumentReference, FieldValue, Transaction } from "@google-cloud/firestore";
import { clientPrecondition, queryResultOf, readDocumentsOf } from "./documents.js";
import { IDS, MASKS, type Mask } from "./masks.js";
import { checkMask } from "./query.js";
import type { Query, Ref, Tx } from "./store.js";

/** What a transaction needs of the client beside its own. */
export interface TransactionContext {
  clientRef(ref: Ref): DocumentReference;
  clientQuery(query: Query): ClientQuery;
  /** The value that deletes a field. */
  deleteField(): FieldValue;
}

/** The board's view of the client's transaction. */
export function txOf(transaction: Transaction, { clientRef, clientQuery, deleteField }: TransactionContext): Tx {
  return {
    async get(query) {
      checkFollowed(query.args.mask);
      checkMask(query);
      return queryResultOf(await transaction.get(clientQuery(query)));
    },
    async getAll(refs, mask) {
      checkFollowed(mask);
      return await readDocumentsOf(transaction, refs.map(clientRef), mask);
    },
    create(ref, fields) {
      transaction.create(clientRef(ref), fields);
    },
    set(ref, fields) {
      transaction.set(clientRef(ref), fields);
    },
    update(ref, fields, precondition) {
      transaction.update(clientRef(ref), fields, ...clientPrecondition(precondition));
    },
    delete(ref) {
      transaction.delete(clientRef(ref));
    },
    verify({ ref, updateTime }) {
      if (!updateTime) throw new TypeError("only a document that exists can be verified");
      // It writes nothing: deleting a field that is not there changes no document, and a write without a change keeps
      // the update time (WriteResult.update_time in google.firestore.v1).
      const nothing = { fireboard_verify: deleteField() };
      transaction.update(clientRef(ref), nothing, ...clientPrecondition({ lastUpdateTime: updateTime }));
    },
  };
}

/** Of what a transaction decides on, all is read; only links and owners may be followed by a mask. */
function checkFollowed(mask: Mask | undefined): void {
  if (mask && mask !== MASKS.tasks.links && mask !== IDS)
    throw new TypeError("a transaction decides on whole documents");
}
