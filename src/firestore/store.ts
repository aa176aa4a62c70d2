import type {
  DocumentReference,
  DocumentSnapshot,
  FieldValue as FieldValueType,
  Query,
  Timestamp,
  Transaction,
} from "@google-cloud/firestore";
import type { StoreConfig } from "./config.js";
import { connect, type EngineNotices } from "./connect.js";
import { isDocumentId, type QueryArgs, queryBuilder } from "./query.js";
import { refuseWrites } from "./read-only.js";
import { type CollectionName, SHAPES, type Shape, type ShapeName, type SubCollectionName } from "./shapes.js";
import { type RunTransaction, transactionRunner } from "./transaction-retry.js";

export type {
  DocumentReference,
  DocumentSnapshot,
  Query,
  QueryDocumentSnapshot,
  QuerySnapshot,
  Transaction,
} from "@google-cloud/firestore";

/** The board's view of Firestore: references by collection, queries by shape, transactions by the store's policy. */
export interface Store {
  mode: StoreConfig["mode"];
  ref(collection: CollectionName, id: string): DocumentReference;
  /** A document of a sub-collection. */
  sub(parent: DocumentReference, collection: SubCollectionName, id: string): DocumentReference;
  query(shape: ShapeName, args: QueryArgs): Query;
  /**
   * Sums a shape's `sums` over all documents that match, without reading them. Firestore counts only documents that
   * have every summed field (https://firebase.google.com/docs/firestore/query-data/aggregation-queries#limitations).
   */
  sums(shape: ShapeName, values: QueryArgs["values"]): Promise<Record<string, number>>;
  /** A time to store, this many microseconds after `date`; a Date itself ends at milliseconds. */
  timestamp(date: Date, microseconds: number): Timestamp;
  /** A value for an update that adds to a stored number, whatever it is by then. */
  increment(by: number): FieldValueType;
  /** Reads several documents in one round trip, in the order of `refs`. */
  getAll(refs: DocumentReference[]): Promise<DocumentSnapshot[]>;
  transaction: RunTransaction;
  /**
   * Makes the commit of `tx` depend on a document that was read outside of it: when it has changed or gone since, the
   * commit is refused and the transaction runs again. It writes nothing: deleting a field that is not there changes no
   * document, and a write without a change keeps the update time (WriteResult.update_time in google.firestore.v1).
   */
  verify(tx: Transaction, snapshot: DocumentSnapshot): void;
  close(): Promise<void>;
}

/** What an id refers to that no document can have, as leads type them into reference fields: nothing has this id either. */
const NO_DOCUMENT = "(no document)";

/**
 * Opens the configured store; one that is read-only refuses every write. Throws the embedded engine's typed errors when
 * its file cannot be used.
 */
export async function openStore(config: StoreConfig, notices?: EngineNotices): Promise<Store> {
  const connection = await connect(config, notices);
  const { AggregateField, FieldValue, Timestamp } = await import("firebase-admin/firestore");
  const { db } = connection;
  if (config.readOnly) refuseWrites(db);
  const path = (collection: Shape["collection"]) => config.collectionPrefix + collection;
  const query = queryBuilder(db, path, Timestamp);
  return {
    mode: config.mode,
    ref: (collection, id) => db.collection(path(collection)).doc(isDocumentId(id) ? id : NO_DOCUMENT),
    sub: (parent, collection, id) => parent.collection(path(collection)).doc(id),
    query,
    async sums(name, values = {}) {
      const { sums = [] }: Shape = SHAPES[name];
      const fields = Object.fromEntries(sums.map((field) => [field, AggregateField.sum(field)]));
      return (await query(name, { values, limit: "all" }).aggregate(fields).get()).data();
    },
    timestamp: (date, microseconds) => {
      const { seconds, nanoseconds } = Timestamp.fromDate(date);
      return new Timestamp(seconds, nanoseconds + microseconds * 1_000);
    },
    increment: (by) => FieldValue.increment(by),
    getAll: async (refs) => (refs.length === 0 ? [] : await db.getAll(...refs)),
    transaction: transactionRunner(db, config),
    verify(tx, { ref, updateTime }) {
      if (!updateTime) throw new TypeError("only a document that exists can be verified");
      tx.update(ref, { fireboard_verify: FieldValue.delete() }, { lastUpdateTime: updateTime });
    },
    close: () => connection.close(),
  };
}
