import type { CollectionName, SubCollectionName } from "./collections.js";
import type { Mask } from "./masks.js";
import type { ShapeName } from "./shapes.js";
import type { StoreTextIndex } from "./text-search.js";

/**
 * What the board can do with its Firestore, in the words of Google's client library and only as much of it as the board
 * uses: https://cloud.google.com/nodejs/docs/reference/firestore/latest. All parts are plain objects, so that a store
 * can be wrapped method by method: for reading only (read-only.ts), or for some projects only (src/board/scope).
 *
 * Whatever reads or writes rejects with the client's errors, which `storeFailure` classifies.
 */
export interface Store {
  /** Full-text search over all documents, where the store has it. */
  textIndex: StoreTextIndex | null;
  /** How many of each kind, the latest, a search reads without it. */
  searchWindow: number;
  /** A document of a top-level collection. An id that no document can have gives a reference to no document. */
  ref(collection: CollectionName, id: string): Ref;
  /** A document of a sub-collection. Throws when no document can have the id. */
  sub(parent: Ref, collection: SubCollectionName, id: string): Ref;
  /** Reads documents in one round trip, in the order of `refs`: of each only what is in the mask, if one is given. */
  getAll(refs: readonly Ref[], mask?: Mask): Promise<Snapshot[]>;
  /** A query of the shape; nothing is read before one of its methods is called. */
  query(shape: ShapeName, args: QueryArgs): Query;
  /**
   * Follows a document, or the documents of a query: `heard` gets those that exist, at first and after each change by
   * any process. `failed` hears the error that ended it; what can be repeated the client has repeated by then. Gives
   * what ends it, after which neither is called. Throws TypeError for a document of a sub-collection.
   */
  listen(target: ListenTarget, heard: (docs: Snapshot[]) => void, failed: (error: Error) => void): () => void;
  /**
   * Runs `work` in a transaction and commits what it wrote, again when it lost a race (transaction-retry.ts): `work`
   * must have no other effect. Rejects with the reason of `signal` once that has aborted; nothing is committed after
   * it.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, signal: AbortSignal, repeat?: Repeat): Promise<T>;
  /**
   * Moves a document and all its sub-collections, in as many commits as it takes (move-document.ts). False when it was
   * not moved to its end: time is up, it changed meanwhile, or another process is moving it.
   */
  moveDocument(move: Move): Promise<boolean>;
  /** A time to store, this many microseconds (0 to 999) after `date`; a Date itself ends at milliseconds. */
  timestamp(date: Date, microseconds: number): Timestamp;
  /** A value for an update that adds to a stored number, whatever it is by then. */
  increment(by: number): FieldTransform;
  close(): Promise<void>;
}

/** A reference to a document, whether it exists or not. */
export interface Ref {
  /** The id of the collection it is in. */
  collection: string;
  id: string;
  /** Collections and ids from the root of the database, joined by slashes. */
  path: string;
  /** The document whose sub-collection it is in; null in a top-level collection. */
  parent: Ref | null;
  get(mask?: Mask): Promise<Snapshot>;
  /** Changes fields of the document, outside of a transaction. Rejects without the document, or when it has changed. */
  update(fields: DocumentData, precondition?: UpdatePrecondition): Promise<void>;
}

/**
 * A document as it was read. What its read's mask left out is unknown, not missing: whoever asks for it gets a TypeError.
 */
export interface Snapshot {
  ref: Ref;
  id: string;
  exists: boolean;
  /** When it was last changed; undefined when it does not exist. */
  updateTime: Timestamp | undefined;
  /** Its fields, those of `needed` at least, all when not given; undefined when it does not exist. */
  data(needed?: readonly string[]): Record<string, unknown> | undefined;
  /** One field, by its name or by names joined by dots; undefined when it is not there. */
  get(field: string): unknown;
}

/** Names and values of fields; in an update, names joined by dots reach into maps. */
export type DocumentData = object;

/** What must hold when a write is committed: the document is as it was when it was read. */
export interface UpdatePrecondition {
  lastUpdateTime: Timestamp;
}

/** A time of Firestore's, which ends at microseconds. Only a store makes one. */
interface Timestamp {
  seconds: number;
  nanoseconds: number;
  isEqual(other: Timestamp): boolean;
}

/** A change that Firestore makes itself when it commits. Opaque: only a store makes one, as a value for an update. */
interface FieldTransform {
  isEqual(other: FieldTransform): boolean;
}

/** A query of one shape: what it asks for, and the ways to ask. */
export interface Query {
  shape: ShapeName;
  args: QueryArgs;
  /** The documents that match, in the shape's order. */
  get(): Promise<QueryResult>;
  /** How many documents match, without reading them. */
  count(): Promise<number>;
  /**
   * The sum of each of the shape's `sums`, without reading the documents. Firestore counts only documents that have
   * every summed field (https://firebase.google.com/docs/firestore/query-data/aggregation-queries#limitations).
   */
  sums(): Promise<Record<string, number>>;
}

/** What can be followed: a document, or a query of the shape with its mask. */
export type ListenTarget = Ref | Pick<Query, "shape" | "args">;

/** The values for a shape's filters, and the slice that is wanted. */
export interface QueryArgs {
  /** A value for each filter of the shape; an optional filter without a value is left out. */
  values?: Readonly<Record<string, unknown>>;
  /** The document that holds the sub-collection, for shapes of one. */
  parent?: Ref;
  /**
   * At most this many documents; required, because every list is bounded. `"all"` where a rule needs every document.
   */
  limit: number | "all";
  /** Continue after this position, as `positionOf` gave it. */
  after?: Position;
  /** What is read of each document: one of the shape's masks. Without one they are read whole, where the shape says so. */
  mask?: Mask;
  /** Skip this many documents; Firestore bills them as read. */
  offset?: number;
}

/** Where a document stands in a shape's order, as plain JSON: the ordered values, then the document's id. */
export type Position = unknown[];

/** What a query found. */
export interface QueryResult {
  docs: Snapshot[];
}

/** A transaction. It reads first; what it writes is sent with its commit, all or nothing. */
export interface Tx {
  /** A transaction decides on whole documents: it throws TypeError for any mask but that of links, or of ids alone. */
  get(query: Query): Promise<QueryResult>;
  /** Reads documents in one round trip, in the order of `refs`; masks as for queries. */
  getAll(refs: readonly Ref[], mask?: Mask): Promise<Snapshot[]>;
  /** The commit fails when the document exists. */
  create(ref: Ref, fields: DocumentData): void;
  /** Creates the document, or replaces it. */
  set(ref: Ref, fields: DocumentData): void;
  /** Changes fields. The commit fails when the document does not exist, or the precondition does not hold. */
  update(ref: Ref, fields: DocumentData, precondition?: UpdatePrecondition): void;
  delete(ref: Ref): void;
  /**
   * Makes the commit depend on a document that was read outside of the transaction: when it has changed or gone since,
   * the commit is refused and the transaction runs again. Throws TypeError for a document that does not exist.
   */
  verify(snapshot: Snapshot): void;
}

/** How a transaction is repeated. */
export interface Repeat {
  /**
   * Only what the store refused is run again, never a commit whose answer was lost: for writes that must not be made
   * twice and cannot tell whether they were made.
   */
  onlyRefused?: boolean;
}

/** A document to be moved with everything beneath it. */
export interface Move {
  from: Ref;
  to: Ref;
  /** How many levels of sub-collections there can be. */
  levels: number;
  /** Whether it may still be moved, as it is now; asked in each commit. */
  mayMove(current: Snapshot): boolean;
  /** Whether there is time for another commit. */
  goOn(): boolean;
  signal: AbortSignal;
}
