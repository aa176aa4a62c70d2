import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Timestamp, TransactionOptions } from "../encoding/messages.js";
import { invalidArgument, unimplemented } from "../errors.js";
import { readClock, readTimeAt } from "../storage/clock.js";
import type { Snapshot } from "../storage/snapshots.js";
import type { Connection } from "../storage/sqlite.js";
import type { Store } from "../storage/store.js";
import { createQuiet } from "./quiet.js";
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
  /** Takes the snapshot that the transaction's reads will see. */
  begin(options: TransactionOptions | undefined): Promise<Transaction>;
  /** The running transaction with this id; anything else is INVALID_ARGUMENT, which clients take as "start again". */
  find(id: Buffer): Transaction;
  /** The same, but ends it, so that it commits once: its snapshot is let go, and what was read stays known. */
  take(id: Buffer): Transaction;
  /** Runs a read of a transaction. Its snapshot stays until the read is over, whatever ends the transaction meanwhile. */
  reading<T>(transaction: Transaction, read: () => Promise<T>): Promise<T>;
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
const REAP_MS = 5_000;
/** Google's client never ends a read-only transaction. With so many running, those given up make room for new ones. */
const CROWD = 150;
/** In a crowd they take their turns; between two reads of one that is alive lies less. */
const GIVEN_UP_IN_CROWD_MS = 3_000;
/** Looked for in quiet moments: counted and not timed, since a machine that is slow to look is slow to read, too. */
const GIVEN_UP_LOOKS = 10;
const LOOK_AGAIN_MS = 20;

interface Running {
  transaction: Transaction;
  snapshot: Snapshot;
  startedAt: number;
  usedAt: number;
  /** How many reads go on now. */
  readers: number;
  /** How many looks in a row found it idle. */
  looks: number;
}

/** Starts keeping transactions; those that their clients abandoned are ended, so that no snapshot lives for ever. */
export function createTransactions(store: Store, limits: TransactionLimits = DEFAULT_LIMITS): Transactions {
  const running = new Map<string, Running>();

  const end = (key: string): void => {
    const entry = running.get(key);
    running.delete(key);
    if (entry?.readers === 0) letGo(entry.snapshot);
  };
  const reap = (): void => {
    const now = performance.now();
    for (const [key, { startedAt, usedAt, readers }] of running) {
      if ((readers === 0 && now - usedAt > limits.idleMs) || now - startedAt > limits.totalMs) end(key);
    }
  };
  const idleReadOnly = (): [string, Running][] =>
    [...running].filter(([, { transaction, readers }]) => transaction.readOnly && readers === 0);
  /** Ends the read-only transaction that was idle the longest, if it was for long. */
  const makeRoom = (): void => {
    const [longest] = idleReadOnly().toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    if (longest && longest[1].usedAt < performance.now() - GIVEN_UP_IN_CROWD_MS) end(longest[0]);
  };
  /** Ends read-only transactions that nobody seems to use any more. To be called again and again. */
  const endGivenUp = (): void => {
    for (const [key, entry] of idleReadOnly()) if (++entry.looks >= GIVEN_UP_LOOKS) end(key);
  };
  /** Whether there is a crowd that read-only transactions will leave soon; any other is the limit's business. */
  const isCrowded = (): boolean => {
    if (running.size < CROWD) return false;
    makeRoom();
    return running.size >= CROWD && [...running.values()].some(({ transaction }) => transaction.readOnly);
  };
  const reaper = setInterval(reap, Math.min(REAP_MS, limits.idleMs / 2));
  reaper.unref();
  const quiet = createQuiet(store, endGivenUp);

  const find = (id: Buffer): Transaction => {
    reap();
    const found = running.get(id.toString("hex"));
    if (!found) throw expired();
    use(found);
    return found.transaction;
  };

  return {
    async begin(options) {
      if (options?.readOnly?.readTime) throw unimplemented("Reading at a past time (read_time)");
      await quiet.over();
      while (isCrowded()) await pause(LOOK_AGAIN_MS);
      const snapshot = store.borrow();
      const transaction = transactionOn(snapshot, options);
      const now = performance.now();
      running.set(transaction.id.toString("hex"), {
        transaction,
        snapshot,
        startedAt: now,
        usedAt: now,
        readers: 0,
        looks: 0,
      });
      return transaction;
    },
    find,
    take(id) {
      const transaction = find(id);
      end(id.toString("hex"));
      return transaction;
    },
    async reading(transaction, read) {
      const key = transaction.id.toString("hex");
      const entry = running.get(key);
      if (!entry) throw expired();
      entry.readers++;
      try {
        return await read();
      } finally {
        entry.readers--;
        use(entry);
        if (entry.readers === 0 && running.get(key) !== entry) letGo(entry.snapshot);
      }
    },
    end: (transaction) => end(transaction.id.toString("hex")),
    forget(id) {
      if (id.length !== ID_BYTES) throw invalidArgument("This is no transaction.");
      end(id.toString("hex"));
    },
    close() {
      clearInterval(reaper);
      quiet.close();
      for (const key of [...running.keys()]) end(key);
    },
  };
}

function use(entry: Running): void {
  entry.usedAt = performance.now();
  entry.looks = 0;
}

/** A new transaction on a snapshot, which is let go when it cannot be read. */
function transactionOn(snapshot: Snapshot, options: TransactionOptions | undefined): Transaction {
  const { connection } = snapshot;
  try {
    const since = readClock(connection);
    return {
      id: randomBytes(ID_BYTES),
      connection,
      since,
      readTime: readTimeAt(since),
      readOnly: options?.mode === "readOnly",
      reads: { documents: new Map(), queries: [] },
    };
  } catch (error) {
    letGo(snapshot);
    throw error;
  }
}

/** Gives a snapshot back. Never throws: timers do this too, where nobody would catch it. */
function letGo(snapshot: Snapshot): void {
  try {
    snapshot.release();
  } catch {
    // What is wrong with the disk, the next read or write meets and tells its client.
  }
}

function expired(): Error {
  return invalidArgument("The referenced transaction has expired or is no longer valid.");
}
