import { connect, type EngineNotices, type FirestoreClient } from "./connect.js";
import { queryResultOf, readDocumentsOf, refOf } from "./documents.js";
import { listener } from "./listen.js";
import { documentMover } from "./move-document.js";
import { checkMask, fieldsRead, isDocumentId, queryBuilder } from "./query.js";
import { readOnlyStore } from "./read-only.js";
import { SHAPES, type Shape } from "./shapes.js";
import type { Query, Ref, Store } from "./store.js";
import type { StoreConfig } from "./store-config.js";
import { txOf } from "./transaction.js";
import { transactionRunner } from "./transaction-retry.js";

/**
 * What an id refers to that no document can have, as leads type them into reference fields: nothing has this id either.
 */
const NO_DOCUMENT = "(no document)";

const DEFAULT_SEARCH_WINDOW = 500;

/**
 * Opens the configured store; one that is read-only refuses every write. Throws the embedded engine's typed errors when
 * its file cannot be used, also when other programs lock it for more than `lockWaitMs`.
 */
export async function openStore(config: StoreConfig, notices?: EngineNotices, lockWaitMs?: number): Promise<Store> {
  return storeOn(await connect(config, notices, lockWaitMs), config);
}

/** The store of an open client; closing the store closes the client. */
export function storeOn(client: FirestoreClient, config: StoreConfig): Store {
  const { db, library } = client;
  const collectionId = (collection: Shape["collection"]) => config.collectionPrefix + collection;
  const clientRef = ({ path }: Ref) => db.doc(path);
  const clientQuery = queryBuilder(db, collectionId, library.Timestamp);
  const deleteField = () => library.FieldValue.delete();
  const transaction = transactionRunner(db, (tx) => txOf(tx, { clientRef, clientQuery, deleteField }), config);
  const query = (what: Pick<Query, "shape" | "args">): Query => ({
    ...what,
    async get() {
      checkMask(what);
      const { mask } = what.args;
      return queryResultOf(await clientQuery(what).get(), mask && fieldsRead(mask, what.shape));
    },
    count: async () => (await clientQuery(what).count().get()).data().count,
    async sums() {
      const { sums = [] }: Shape = SHAPES[what.shape];
      const fields = Object.fromEntries(sums.map((field) => [field, library.AggregateField.sum(field)]));
      return (await clientQuery(what).aggregate(fields).get()).data();
    },
  });

  const store: Store = {
    textIndex: client.textIndex ?? null,
    searchWindow: config.searchWindow ?? DEFAULT_SEARCH_WINDOW,
    ref: (collection, id) => refOf(db.collection(collectionId(collection)).doc(isDocumentId(id) ? id : NO_DOCUMENT)),
    sub: (parent, collection, id) => refOf(clientRef(parent).collection(collectionId(collection)).doc(id)),
    getAll: (refs, mask) => readDocumentsOf(db, refs.map(clientRef), mask),
    query: (shape, args) => query({ shape, args }),
    listen: listener(clientRef, clientQuery),
    transaction,
    moveDocument: documentMover(clientRef, transaction),
    timestamp(date, microseconds) {
      const { seconds, nanoseconds } = library.Timestamp.fromDate(date);
      return new library.Timestamp(seconds, nanoseconds + microseconds * 1_000);
    },
    increment: (by) => library.FieldValue.increment(by),
    close: client.close,
  };
  return config.readOnly ? readOnlyStore(store) : store;
}
