import { setImmediate as nextTurn } from "node:timers/promises";
import type { WriteResult } from "../encoding/messages.js";
import { StatusError, StoreError } from "../errors.js";
import { nextCommitTime, readClock, writeClock } from "../storage/clock.js";
import { isBusy } from "../storage/sqlite.js";
import type { StoreFile } from "../storage/store-file.js";
import { applyWrites, type WriteTarget } from "./apply-writes.js";
import type { PlannedWrite } from "./planned-write.js";
import { validateReadSet } from "./read-set.js";
import type { Transaction } from "./running-transactions.js";

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
  resolve(committed: Committed): void;
  reject(error: unknown): void;
}

/** More commits than this do not share one trip to the disk, so that none waits long for the others. */
const MAX_SHARED = 64;

/**
 * Commits of one process, in order. Those that wait at the same time go to the disk together, each in a savepoint of
 * its own: one that fails takes nothing with it. `onCommit` is called after changes became durable.
 * https://www.sqlite.org/lang_savepoint.html
 */
export function createCommit(store: StoreFile, onCommit: () => void): Commit {
  const queue: Waiting[] = [];
  let draining = false;

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
    let outcomes: (Committed | StatusError)[];
    try {
      outcomes = await store.write((connection, active) =>
        attemptAll({ connection, names: store.names, rules: active }, batch),
      );
    } catch (error) {
      // Nothing was written. One commit alone may have asked too much, as of the disk: the others get their chance. To a
      // file that was replaced something may have been written, so that nothing is tried twice.
      if (batch.length > 1 && !isBusy(error) && !isReplaced(error))
        for (const one of batch) await commitTogether([one]);
      else for (const { reject } of batch) reject(error);
      return;
    }
    batch.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index];
      if (outcome instanceof StatusError) reject(outcome);
      else if (outcome) resolve(outcome);
    });
    onCommit();
  };

  return (writes, transaction) =>
    new Promise((resolve, reject) => {
      queue.push({ writes, transaction, resolve, reject });
      if (!draining) void drain();
    });
}

function isReplaced(error: unknown): boolean {
  return error instanceof StoreError && error.code === "store_replaced";
}

/** The file inside a write transaction. */
type OpenFile = Omit<WriteTarget, "time">;

function attemptAll(file: OpenFile, batch: readonly Waiting[]): (Committed | StatusError)[] {
  const { connection } = file;
  const before = readClock(connection);
  let last = before;
  const outcomes = batch.map((one) => {
    const outcome = attempt(file, one, last);
    if (!(outcome instanceof StatusError)) last = outcome.time;
    return outcome;
  });
  if (last > before) writeClock(connection, last);
  return outcomes;
}

/**
 * One commit, in a savepoint: its changes become durable with those of the others. `last` is the last commit's time.
 */
function attempt(file: OpenFile, { writes, transaction }: Waiting, last: number): Committed | StatusError {
  const { connection, names } = file;
  // 1. A savepoint, so that a refused commit leaves the others of its batch alone.
  connection.run("SAVEPOINT one");
  try {
    // 2. Validate: what the transaction read must be the same now. No commit since its snapshot: nothing to validate.
    if (transaction && !transaction.readOnly && transaction.since !== last) {
      validateReadSet(connection, names, transaction.reads, transaction.since);
    }
    // 3. A commit time later than every earlier one, whichever process made that.
    const time = nextCommitTime(last);
    // 4. Check preconditions, apply the writes, and write documents and index entries.
    const results = applyWrites({ ...file, time }, writes);
    // 5. Release the savepoint; the caller writes the clock and commits the whole batch.
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
