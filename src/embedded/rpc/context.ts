import type { ReadCounter } from "../query/scan.js";
import type { Names } from "../storage/names.js";
import type { Store } from "../storage/store.js";
import type { Commit } from "../txn/commit.js";
import type { Transactions } from "../txn/registry.js";

/** What the RPCs work on. */
export interface ServiceContext {
  store: Store;
  names: Names;
  transactions: Transactions;
  commit: Commit;
  /** Gives a query the composite index it lacks instead of refusing it (an option for foreign test suites). */
  createIndexes: boolean;
  /** Gets what each query read, when it has ended. */
  onRead: ((reads: Readonly<ReadCounter>) => void) | undefined;
}
