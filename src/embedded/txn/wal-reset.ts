import { setTimeout as pause } from "node:timers/promises";
import type { StoreFile } from "../storage/store-file.js";

/**
 * Pauses in which SQLite's write-ahead log can be reset. SQLite resets it only when no snapshot of any process reads
 * from it (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files); with transactions always running
 * somewhere it would grow without end. So while it is long, no transaction begins in the first second of every five:
 * all processes use the same clock, and their snapshots end together.
 */
export interface WalReset {
  /** Resolves when transactions may begin: at once, unless there is a pause. */
  untilOver(): Promise<void>;
  close(): void;
}

const PERIOD_MS = 5_000;
const PAUSE_MS = 1_000;
const RETRY_MS = 50;

/**
 * Checks the size of the log every five seconds. `evictUnused` ends read-only transactions that seem to be unused; it
 * is called several times in a pause, from a timer, and must not throw.
 */
export function createWalReset(store: StoreFile, evictUnused: () => void): WalReset {
  let pausing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const pauseForReset = async (): Promise<void> => {
    const end = performance.now() + PAUSE_MS;
    while (!closed && performance.now() < end) {
      evictUnused();
      if (store.resetWal()) return;
      await pause(RETRY_MS);
    }
  };
  const check = async (): Promise<void> => {
    if (store.walIsLong()) {
      pausing = pauseForReset();
      await pausing;
      pausing = undefined;
    }
    if (!closed) wait();
  };
  const wait = (): void => {
    timer = setTimeout(check, PERIOD_MS - (Date.now() % PERIOD_MS));
    timer.unref();
  };
  wait();

  return {
    async untilOver() {
      await pausing;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
