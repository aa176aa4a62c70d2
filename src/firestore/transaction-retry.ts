import type { Firestore, Transaction } from "@google-cloud/firestore";
import pRetry from "p-retry";
import { closedTransaction, storeFailure } from "./failure.js";
import type { Store, Tx } from "./store.js";
import type { StoreConfig } from "./store-config.js";

/**
 * The retry policy of each store. Cloud and emulator keep the client's own attempts and backoff (about a second per
 * conflict, made for a remote service). On the embedded store a conflict is over within milliseconds, so the client
 * tries once and we go again after a short random wait. Everywhere, what the client does not retry is run again too: a
 * transaction that the store closed, and a commit refused because a document it verified has changed. One refused because
 * a document exists or is gone is run again once: the second attempt reads what the first had missed. When it is
 * refused likewise, the document is one that `work` cannot see (another project's), and the error is the answer. The
 * embedded store is told which attempt goes on from which, so that one that loses again and again gets its turn. Ends
 * when `signal` aborts. A read-only store's transactions are read-only ones, which take no locks and are not repeated.
 */
export function transactionRunner(
  db: Firestore,
  txOf: (transaction: Transaction) => Tx,
  { mode, readOnly = false }: Pick<StoreConfig, "mode" | "readOnly">,
): Store["transaction"] {
  const local = mode === "embedded";
  const policy = local
    ? { retries: 200, minTimeout: 5, maxTimeout: 100, factor: 1.2, randomize: true }
    : { retries: 5, minTimeout: 100, maxTimeout: 1_000, factor: 2, randomize: true };

  return async (work, signal, { onlyRefused = false } = {}) => {
    const once = local || onlyRefused;
    let last: Transaction | undefined;
    const attempt = () =>
      db.runTransaction(
        async (transaction) => {
          signal.throwIfAborted();
          if (local && last) continueFrom(last, transaction);
          last = transaction;
          const result = await work(txOf(transaction));
          signal.throwIfAborted();
          return result;
        },
        readOnly ? { readOnly } : once ? { maxAttempts: 1 } : {},
      );
    let surprises = 0;
    const lostRace = (error: Error): boolean => {
      const failure = storeFailure(error);
      const surprised = failure === "not_found" || failure === "already_exists";
      surprises = surprised ? surprises + 1 : 0;
      if (surprised) return surprises === 1;
      if (failure === "contention") return once || closedTransaction(error);
      return failure === "stale_precondition";
    };
    return await pRetry(attempt, { ...policy, signal, shouldRetry: ({ error }) => lostRace(error) });
  };
}

/**
 * Lets the store know that a transaction is another attempt of one that lost, so that it gets its turn: the client says
 * so by itself (`retry_transaction`) only between attempts of its own, and has no public way to say it.
 */
function continueFrom(last: Transaction, next: Transaction): void {
  Reflect.set(next, PREVIOUS_ID, Reflect.get(last, PREVIOUS_ID));
}

/** Where the client keeps the id of the attempt before: @google-cloud/firestore, build/src/transaction.js. */
const PREVIOUS_ID = "_prevTransactionId";
