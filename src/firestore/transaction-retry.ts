import type { Firestore, Transaction } from "@google-cloud/firestore";
import pRetry from "p-retry";
import type { StoreConfig } from "./config.js";
import { storeFailure } from "./failure.js";

/** One run of a transaction's callback. */
export interface Attempt {
  tx: Transaction;
  /** 1 for the first run; a later one may follow a commit whose answer was lost. */
  number: number;
}

/** How a transaction is repeated. */
export interface Repeat {
  /**
   * Only what the store refused is run again, never a commit whose answer was lost: for writes that must not be made
   * twice and cannot tell whether they were made.
   */
  onlyRefused?: boolean;
}

/** Runs `work` in a Firestore transaction, again when it lost a race. `work` must be free of side effects. */
export type RunTransaction = <T>(
  work: (attempt: Attempt) => Promise<T>,
  signal: AbortSignal,
  repeat?: Repeat,
) => Promise<T>;

/**
 * The retry policy of each store. Cloud and emulator keep the client's own attempts and backoff (about a second per
 * conflict, made for a remote service). On the embedded store a conflict is over within milliseconds, so the client tries
 * once and we go again after a short random wait. Everywhere, a commit refused because a document it verified has
 * changed or gone is run again too: the client does not retry that. Ends when `signal` aborts. A read-only store's
 * transactions are read-only ones, which take no locks and are not repeated.
 */
export function transactionRunner(
  db: Firestore,
  { mode, readOnly = false }: Pick<StoreConfig, "mode" | "readOnly">,
): RunTransaction {
  const local = mode === "embedded";
  const policy = local
    ? { retries: 200, minTimeout: 5, maxTimeout: 100, factor: 1.2, randomize: true }
    : { retries: 5, minTimeout: 100, maxTimeout: 1_000, factor: 2, randomize: true };

  return async (work, signal, { onlyRefused = false } = {}) => {
    const once = local || onlyRefused;
    let number = 0;
    const attempt = () =>
      db.runTransaction(
        async (tx) => {
          signal.throwIfAborted();
          number += 1;
          const result = await work({ tx, number });
          signal.throwIfAborted();
          return result;
        },
        readOnly ? { readOnly } : once ? { maxAttempts: 1 } : {},
      );
    return await pRetry(attempt, { ...policy, signal, shouldRetry: ({ error }) => lostRace(error, once) });
  };
}

function lostRace(error: Error, once: boolean): boolean {
  const failure = storeFailure(error);
  if (failure === "contention") return once;
  return failure === "stale_precondition" || failure === "not_found" || failure === "already_exists";
}
