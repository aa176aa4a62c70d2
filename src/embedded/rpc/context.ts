import type { ReadStats } from "../query/index-scan.js";
import type { Names } from "../storage/numbered-names.js";
import type { StoreFile } from "../storage/store-file.js";
import type { Commit } from "../txn/commit.js";
import type { Transactions } from "../txn/running-transactions.js";

/** What the RPCs work on. */
export interface ServiceContext {
  store: StoreFile;
  names: Names;
  transactions: Transactions;
  commit: Commit;
  /** Gives a query the composite index it lacks instead of refusing it (an option for foreign test suites). */
  createIndexes: boolean;
  /** Gets what each query read, when it has ended. */
  onRead: ((reads: Readonly<ReadStats>) => void) | undefined;
}
