import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { WriteResult } from "../encoding/messages.js";
import { StatusError, StoreError } from "../errors.js";
import { nextCommitTime, readClock, writeClock } from "../storage/clock.js";
import { isBusy } from "../storage/sqlite.js";
import type { StoreFile } from "../storage/store-file.js";
import { applyWrites, type WriteTarget } from "./apply-writes.js";
import type { PlannedWrite } from "./planned-write.js";
import { validateReadSet } from "./read-set.js";
import type { Transaction } from "./running-transactions.js";
import { endTurn, isOthersTurn, TURN_MS } from "./turns.js";

/** What a commit answers: one result per write, and the time (microseconds) that its changes carry. */
export interface Committed {
  results: WriteResult[];
  time: number;
}

/**
 * Applies writes as one, after checking the reads of their transaction. Rejects with a StatusError, changing nothing.
 */
export type Commit = (writes: readonly PlannedWrite[], transaction?: Transaction) => Promise<Committed>;

interface Waiting {
  writes: readonly PlannedWrite[];
  transaction: Transaction | undefined;
  /** When it waits no more for the turns of others, on the clock of `performance`; undefined until it waits first. */
  waitsUntil?: number;
  resolve(committed: Committed): void;
  reject(error: unknown): void;
  /** When it gives up waiting for other processes, by performance.now(). */
  until: number;
}

/** What became of a commit that was tried. */
type Outcome = Committed | StatusError | typeof OTHERS_TURN;

/** It changes what a transaction read whose turn it is. */
const OTHERS_TURN = Symbol("others' turn");
/** A turn that ends in another process is not heard of. */
const TURN_CHECK_MS = 10;

/** More commits than this do not share one trip to the disk, so that none waits long for the others. */
const MAX_SHARED = 64;

/**
 * Once a commit has waited for another program's lock in vain, the next ones wait this share of the time: their callers
 * may have waited behind it.
 */
const SHARE_WHILE_LOCKED = 1 / 8;

/**
 * Commits of one process, in order. Those that wait at the same time go to the disk together, each in a savepoint of
 * its own: one that fails takes nothing with it. `onCommit` is called after changes became durable, with whether there
 * were any. For the turns of others (turns.ts) a commit waits once, `turnMs` milliseconds at most, and holds nothing
 * meanwhile.
 * https://www.sqlite.org/lang_savepoint.html
 */
export function createCommit(store: StoreFile, onCommit: (wrote: boolean) => void, turnMs = TURN_MS): Commit {
  const queue: Waiting[] = [];
  let draining = false;
  let locked = false;

  const drain = async (): Promise<void> => {
    draining = true;
    while (queue.length > 0) {
      // Writing blocks the process: whatever has arrived by now, but was not read yet, can then share the disk's time.
      await nextTurn();
      await commitTogether(queue.splice(0, MAX_SHARED));
    }
    draining = false;
  };
  const commitTogether = async (batch: readonly Waiting[]): Promise<void> => {
    const [oldest, ...others] = batch;
    if (!oldest) return;
    let outcomes: Outcome[];
    try {
      outcomes = await store.write(
        (connection, active) => attemptAll({ connection, names: store.names, rules: active, turnMs }, batch),
        oldest.until - performance.now(),
      );
      locked = false;
    } catch (error) {
      locked = isBusy(error);
      if (locked) {
        // Those that came later have time left to wait.
        const now = performance.now();
        const over = batch.filter((one) => one === oldest || one.until <= now);
        queue.unshift(...batch.filter((one) => !over.includes(one)));
        for (const { reject } of over) reject(error);
      } else if (others.length === 0 || isReplaced(error)) {
        // To a file that was replaced something may have been written, so that nothing is tried twice.
        for (const { reject } of batch) reject(error);
      } else {
        // Nothing was written. One commit alone may have asked too much, as of the disk: the others get their chance.
        for (const one of batch) await commitTogether([one]);
      }
      return;
    }
    batch.forEach((one, index) => {
      const outcome = outcomes[index];
      if (outcome === OTHERS_TURN) void waitForTurn(one);
      else if (outcome instanceof StatusError) one.reject(outcome);
      else if (outcome) one.resolve(outcome);
    });
    onCommit(
      outcomes.some((outcome) => typeof outcome === "object" && "time" in outcome && outcome.results.length > 0),
    );
  };
  const waitForTurn = async (one: Waiting): Promise<void> => {
    one.waitsUntil ??= performance.now() + turnMs;
    await pause(TURN_CHECK_MS);
    enqueue(one);
  };
  const enqueue = (one: Waiting): void => {
    queue.push(one);
    if (!draining) void drain();
  };

  return (writes, transaction) =>
    new Promise((resolve, reject) => {
      const waitMs = store.lockWaitMs * (locked ? SHARE_WHILE_LOCKED : 1);
      enqueue({ writes, transaction, resolve, reject, until: performance.now() + waitMs });
    });
}

function isReplaced(error: unknown): boolean {
  return error instanceof StoreError && error.code === "store_replaced";
}

/** The file inside a write transaction. */
type OpenFile = Omit<WriteTarget, "time"> & { turnMs: number };

function attemptAll(file: OpenFile, batch: readonly Waiting[]): Outcome[] {
  const { connection } = file;
  const before = readClock(connection);
  let last = before;
  const outcomes = batch.map((one) => {
    const outcome = attempt(file, one, last);
    if (outcome === OTHERS_TURN) return outcome;
    if (!(outcome instanceof StatusError)) last = outcome.time;
    // With the commit itself, so that whoever waits for the turn sees both or neither.
    if (one.transaction?.turn) endTurn(connection, one.transaction.turn);
    return outcome;
  });
  if (last > before) writeClock(connection, last);
  return outcomes;
}

/**
 * One commit, in a savepoint: its changes become durable with those of the others. `last` is the last commit's time.
 */
function attempt(file: OpenFile, one: Waiting, last: number): Outcome {
  const { connection, names } = file;
  const { writes, transaction } = one;
  // 1. A savepoint, so that a refused commit leaves the others of its batch alone.
  connection.run("SAVEPOINT one");
  try {
    // 2. Validate: what the transaction read must be the same now. No commit since its snapshot: nothing to validate.
    if (transaction && !transaction.readOnly && transaction.since !== last) {
      validateReadSet(connection, names, transaction.reads, transaction.since);
    }
    // 3. Let a transaction go first that has lost too often, unless this commit has waited long enough.
    const waits = one.waitsUntil === undefined || performance.now() < one.waitsUntil;
    if (waits && isOthersTurn(connection, writes, transaction?.turn, file.turnMs)) {
      connection.run("RELEASE one");
      return OTHERS_TURN;
    }
    // 4. A commit time later than every earlier one, whichever process made that.
    const time = nextCommitTime(last);
    // 5. Check preconditions, apply the writes, and write documents and index entries.
    const results = applyWrites({ ...file, time }, writes);
    // 6. Release the savepoint; the caller writes the clock and commits the whole batch.
    connection.run("RELEASE one");
    return { results, time };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    connection.run("ROLLBACK TO one");
    connection.run("RELEASE one");
    names.forget();
    return error;
  }
}
