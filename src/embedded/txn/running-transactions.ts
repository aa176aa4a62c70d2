import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { Timestamp, TransactionOptions } from "../encoding/messages.js";
import { invalidRequest, StatusError, unimplemented } from "../errors.js";
import { readClock, readTimeAt } from "../storage/clock.js";
import type { ReadSnapshot } from "../storage/snapshot-pool.js";
import type { Connection } from "../storage/sqlite.js";
import type { StoreFile } from "../storage/store-file.js";
import { createLosses, type Lost } from "./losses.js";
import type { ReadSet } from "./read-set.js";
import { endTurn, type GrantedTurn, giveTurn, LOSSES_BEFORE_TURN, TURN_MS } from "./turns.js";
import { createWalReset } from "./wal-reset.js";

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
  /** How often in a row it was ABORTED before. */
  losses: number;
  turn: GrantedTurn | undefined;
}

/** The transactions that run in this process. */
export interface Transactions {
  /** Takes the snapshot that the transaction's reads will see. */
  begin(options: TransactionOptions | undefined): Promise<Transaction>;
  /** The running transaction with this id; anything else is INVALID_ARGUMENT, which clients take as "start again". */
  find(id: Buffer): Transaction;
  /** The same, but ends it, so that it commits once: its snapshot is released, its read set is kept. */
  take(id: Buffer): Transaction;
  /**
   * Runs a read of a transaction. Its snapshot is not released before the read has ended, even if the transaction ends.
   */
  reading<T>(transaction: Transaction, read: () => Promise<T>): Promise<T>;
  end(transaction: Transaction): void;
  /** Notes that a transaction that was taken has changed nothing, and why: without an error, it had nothing to do. */
  changedNothing(transaction: Transaction, error?: unknown): void;
  /** Ends the transaction with this id if it still runs. An id that never was one is INVALID_ARGUMENT. */
  forget(id: Buffer): void;
  close(): void;
}

/**
 * How long transactions live, in milliseconds:
 * https://firebase.google.com/docs/firestore/quotas#writes_and_transactions.
 */
export interface TransactionLimits {
  idleMs: number;
  totalMs: number;
}

const DEFAULT_LIMITS: TransactionLimits = { idleMs: 60_000, totalMs: 270_000 };

const ID_BYTES = 16;
const EXPIRY_CHECK_MS = 5_000;
/**
 * Google's client never ends a read-only transaction. From this many transactions on, a new one evicts the read-only
 * one that was idle longest.
 */
const EVICTION_THRESHOLD = 150;
/** Only a transaction that was idle for this long is evicted: between two reads of one in use less time passes. */
const MIN_IDLE_MS = 3_000;
/**
 * In a pause for the log, idle this many checks in a row. Counted, not timed: a machine slow to check is slow to read.
 */
const UNUSED_CHECKS = 10;
const RETRY_MS = 20;

interface Running {
  transaction: Transaction;
  snapshot: ReadSnapshot;
  startedAt: number;
  usedAt: number;
  /** How many reads are running. */
  readers: number;
  /** How many checks in a row found it idle. */
  unusedChecks: number;
}

/**
 * Creates the registry of transactions. It ends those that their clients abandoned, so that no snapshot stays for ever.
 */
export function createTransactions(
  store: StoreFile,
  limits: TransactionLimits = DEFAULT_LIMITS,
  turnMs = TURN_MS,
): Transactions {
  const running = new Map<string, Running>();
  const losses = createLosses();

  /** A turn is a favour: one that cannot be given or ended harms nobody for long. */
  const dropTurn = (turn: GrantedTurn | undefined): void => {
    if (turn) void store.write((connection) => endTurn(connection, turn)).catch(() => {});
  };
  const turnOf = async (id: Buffer, lost: Lost | undefined): Promise<GrantedTurn | undefined> => {
    if (!lost || lost.count < LOSSES_BEFORE_TURN) return undefined;
    const turn = { id: id.toString("hex"), losses: lost.count, until: Date.now() + turnMs, reads: lost.places };
    try {
      await store.write((connection) => giveTurn(connection, turn, turnMs));
      return turn;
    } catch {
      return undefined;
    }
  };

  const release = (key: string): Transaction | undefined => {
    const entry = running.get(key);
    running.delete(key);
    if (entry?.readers === 0) releaseSnapshot(entry.snapshot);
    return entry?.transaction;
  };
  const end = (key: string): void => dropTurn(release(key)?.turn);
  const endExpired = (): void => {
    const now = performance.now();
    for (const [key, { startedAt, usedAt, readers }] of running) {
      if ((readers === 0 && now - usedAt > limits.idleMs) || now - startedAt > limits.totalMs) end(key);
    }
  };
  const idleReadOnly = (): [string, Running][] =>
    [...running].filter(([, { transaction, readers }]) => transaction.readOnly && readers === 0);
  /** Ends the read-only transaction that was idle longest, if that was long enough. */
  const evictIdlest = (): void => {
    const [longest] = idleReadOnly().toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    if (longest && longest[1].usedAt < performance.now() - MIN_IDLE_MS) end(longest[0]);
  };
  /** Ends read-only transactions that were idle in several calls of this in a row. */
  const evictUnused = (): void => {
    for (const [key, entry] of idleReadOnly()) if (++entry.unusedChecks >= UNUSED_CHECKS) end(key);
  };
  /** Whether a new transaction has to wait for a read-only one to end. */
  const mustWait = (): boolean => {
    if (running.size < EVICTION_THRESHOLD) return false;
    evictIdlest();
    return running.size >= EVICTION_THRESHOLD && [...running.values()].some(({ transaction }) => transaction.readOnly);
  };
  const expiryTimer = setInterval(endExpired, Math.min(EXPIRY_CHECK_MS, limits.idleMs / 2));
  expiryTimer.unref();
  const walReset = createWalReset(store, evictUnused);

  const find = (id: Buffer): Transaction => {
    endExpired();
    const found = running.get(id.toString("hex"));
    if (!found) throw expired();
    use(found);
    return found.transaction;
  };

  return {
    async begin(options) {
      if (options?.readOnly?.readTime) throw unimplemented("Reading at a past time (read_time)");
      await walReset.untilOver();
      while (mustWait()) await pause(RETRY_MS);
      const lost = losses.before(options);
      const id = randomBytes(ID_BYTES);
      // Before the snapshot: what commits after it was taken is what makes the transaction lose.
      const turn = await turnOf(id, lost);
      const snapshot = await store.whenReadable();
      const transaction = transactionOn(snapshot, {
        id,
        readOnly: options?.mode === "readOnly",
        losses: lost?.count ?? 0,
        turn,
      });
      const now = performance.now();
      running.set(transaction.id.toString("hex"), {
        transaction,
        snapshot,
        startedAt: now,
        usedAt: now,
        readers: 0,
        unusedChecks: 0,
      });
      return transaction;
    },
    find,
    take(id) {
      const transaction = find(id);
      release(id.toString("hex"));
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
        if (entry.readers === 0 && running.get(key) !== entry) releaseSnapshot(entry.snapshot);
      }
    },
    end: (transaction) => end(transaction.id.toString("hex")),
    changedNothing(transaction, error) {
      if (error instanceof StatusError && error.code === status.ABORTED) losses.note(transaction, transaction.losses);
      dropTurn(transaction.turn);
    },
    forget(id) {
      if (id.length !== ID_BYTES) throw invalidRequest("This is no transaction.");
      end(id.toString("hex"));
    },
    close() {
      clearInterval(expiryTimer);
      walReset.close();
      for (const key of [...running.keys()]) end(key);
    },
  };
}

function use(entry: Running): void {
  entry.usedAt = performance.now();
  entry.unusedChecks = 0;
}

/** A new transaction on a snapshot, which is released when it cannot be read. */
function transactionOn(
  snapshot: ReadSnapshot,
  known: Pick<Transaction, "id" | "readOnly" | "losses" | "turn">,
): Transaction {
  const { connection } = snapshot;
  try {
    const since = readClock(connection);
    return { ...known, connection, since, readTime: readTimeAt(since), reads: { documents: new Map(), queries: [] } };
  } catch (error) {
    releaseSnapshot(snapshot);
    throw error;
  }
}

/** Releases a snapshot. Never throws: timers call it, where an error would end the process. */
function releaseSnapshot(snapshot: ReadSnapshot): void {
  try {
    snapshot.release();
  } catch {
    // The next read or write meets the same fault of the disk and reports it to its client.
  }
}

function expired(): Error {
  return invalidRequest("The referenced transaction has expired or is no longer valid.");
}
