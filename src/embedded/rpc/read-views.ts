import { checkNotReserved, type FieldPath, parseFieldPath } from "../encoding/field-path.js";
import type { Consistency, Document, DocumentMask, Timestamp } from "../encoding/messages.js";
import { checkIds, formatPath, parseDocumentName, type ResourcePath } from "../encoding/resource-path.js";
import { unimplemented } from "../errors.js";
import { readClock, readTimeAt } from "../storage/clock.js";
import { findDocument, projected, type StoredDocument, toMessage } from "../storage/documents.js";
import type { Connection } from "../storage/sqlite.js";
import type { Transaction } from "../txn/running-transactions.js";
import type { ServiceContext } from "./context.js";

/** What a read sees: a transaction's snapshot, or one of its own. */
export interface View {
  connection: Connection;
  readTime: Timestamp;
  transaction: Transaction | undefined;
  /** The id to report when this read began the transaction. */
  began: Buffer | undefined;
}

/**
 * Runs a read on the snapshot that its request asks for. A snapshot of its own ends with the read.
 * https://firebase.google.com/docs/firestore/transaction-data-contention
 */
export async function withView<T>(
  context: ServiceContext,
  consistency: Consistency,
  read: (view: View) => Promise<T>,
): Promise<T> {
  if (consistency.readTime) throw unimplemented("Reading at a past time (read_time)");
  const { transactions, store } = context;
  if (consistency.newTransaction) {
    const transaction = await transactions.begin(consistency.newTransaction);
    try {
      return await transactions.reading(transaction, () => read({ ...viewOf(transaction), began: transaction.id }));
    } catch (error) {
      transactions.end(transaction);
      throw error;
    }
  }
  if (consistency.transaction?.length) {
    const transaction = transactions.find(consistency.transaction);
    return transactions.reading(transaction, () => read(viewOf(transaction)));
  }
  const snapshot = await store.whenReadable();
  try {
    const { connection } = snapshot;
    const readTime = readTimeAt(readClock(connection));
    return await read({ connection, readTime, transaction: undefined, began: undefined });
  } finally {
    snapshot.release();
  }
}

/** Reads a document; a transaction notes its version, or that it is missing. */
export function readDocumentAt(context: ServiceContext, view: View, name: string): StoredDocument | undefined {
  const path: ResourcePath = parseDocumentName(name);
  checkIds(path);
  const document = findDocument(view.connection, context.names, path);
  view.transaction?.reads.documents.set(formatPath(path), { path, updateTime: document?.updateTime });
  return document;
}

/**
 * The paths of a mask, undefined without one. Throws INVALID_ARGUMENT for a path that no field can have.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#documentmask
 */
export function parseMask(mask: DocumentMask | undefined): FieldPath[] | undefined {
  return (
    mask &&
    (mask.fieldPaths ?? []).map((text) => {
      const path = parseFieldPath(text);
      checkNotReserved(path);
      return path;
    })
  );
}

/** The document as a message, cut down to a mask when there is one. */
export function maskedMessage(document: StoredDocument, mask: readonly FieldPath[] | undefined): Document {
  return toMessage(projected(document, mask));
}

function viewOf(transaction: Transaction): View {
  return { connection: transaction.connection, readTime: transaction.readTime, transaction, began: undefined };
}
