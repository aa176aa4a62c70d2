import type { ReadStats } from "../query/index-scan.js";
import type { Names } from "../storage/numbered-names.js";
import type { StoreFile } from "../storage/store-file.js";
import type { Commit } from "../txn/commit.js";
import type { Transactions } from "../txn/running-transactions.js";

/** What one query has read. */
export interface QueryRead extends Readonly<ReadStats> {
  /** The id of the collection; undefined for a query of all collections. */
  collection: string | undefined;
  /** The names of the indexes that answered it. */
  indexes: string[];
  /** Whether it counts, sums or averages. */
  aggregation: boolean;
}

/** What the RPCs work on. */
export interface ServiceContext {
  store: StoreFile;
  names: Names;
  transactions: Transactions;
  commit: Commit;
  /** Gives a query the composite index it lacks instead of refusing it (an option for foreign test suites). */
  createIndexes: boolean;
  /** Gets what each query has read, when it has ended. */
  onRead: ((read: QueryRead) => void) | undefined;
}
