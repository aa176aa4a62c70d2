import { randomBytes } from "node:crypto";
import { invalidArgument, unimplemented } from "../errors.js";
import type { Timestamp, TransactionOptions } from "../protocol/types.js";
import { readClock, readTime } from "../storage/clock.js";
import type { Snapshot } from "../storage/snapshots.js";
import type { Connection } from "../storage/sqlite.js";
import type { Store } from "../storage/store.js";
import type { ReadSet } from "./reads.js";

/** A running transaction: a snapshot, and what was read from it. */
export interface Transaction {
  id: Buffer;
  connection: Connection;
  /** The clock of the snapshot, in microseconds. */
  since: number;
  /** The same on every answer within the transaction. */
  readTime: Timestamp;
  readOnly: boolean;
  reads: ReadSet;
}

/** The transactions that run in this process. */
export interface Transactions {
  begin(options: TransactionOptions | undefined): Transaction;
  /** The running transaction with this id; anything else is INVALID_ARGUMENT, which clients take as "start again". */
  find(id: Buffer): Transaction;
  end(transaction: Transaction): void;
  /** Ends the transaction with this id if it still runs. An id that never was one is INVALID_ARGUMENT. */
  forget(id: Buffer): void;
  close(): void;
}

/** How long transactions live, in milliseconds: https://firebase.google.com/docs/firestore/quotas#writes_and_transactions. */
export interface TransactionLimits {
  idleMs: number;
  totalMs: number;
}

const DEFAULT_LIMITS: TransactionLimits = { idleMs: 60_000, totalMs: 270_000 };

const ID_BYTES = 16;

interface Running {
  transaction: Transaction;
  snapshot: Snapshot;
  startedAt: number;
  usedAt: number;
}

/** Starts keeping transactions; those that their clients abandoned are ended, so that no snapshot lives for ever. */
export function createTransactions(store: Store, limits: TransactionLimits = DEFAULT_LIMITS): Transactions {
  const running = new Map<string, Running>();

  const end = (key: string): void => {
    running.get(key)?.snapshot.release();
    running.delete(key);
  };
  const reap = (): void => {
    const now = performance.now();
    for (const [key, { startedAt, usedAt }] of running) {
      if (now - usedAt > limits.idleMs || now - startedAt > limits.totalMs) end(key);
    }
  };
  const reaper = setInterval(reap, Math.min(5_000, limits.idleMs / 2));
  reaper.unref();

  return {
    begin(options) {
      if (options?.readOnly?.readTime) throw unimplemented("Reading at a past time (read_time)");
      const snapshot = store.borrow();
      const transaction: Transaction = {
        id: randomBytes(ID_BYTES),
        connection: snapshot.connection,
        since: readClock(snapshot.connection),
        readTime: readTime(snapshot.connection),
        readOnly: options?.mode === "readOnly",
        reads: { documents: new Map(), queries: [] },
      };
      const now = performance.now();
      running.set(transaction.id.toString("hex"), { transaction, snapshot, startedAt: now, usedAt: now });
      return transaction;
    },
    find(id) {
      reap();
      const found = running.get(id.toString("hex"));
      if (!found) throw invalidArgument("The referenced transaction has expired or is no longer valid.");
      found.usedAt = performance.now();
      return found.transaction;
    },
    end: (transaction) => end(transaction.id.toString("hex")),
    forget(id) {
      if (id.length !== ID_BYTES) throw invalidArgument("This is no transaction.");
      end(id.toString("hex"));
    },
    close() {
      clearInterval(reaper);
      for (const key of [...running.keys()]) end(key);
    },
  };
}
