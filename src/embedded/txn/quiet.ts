import { setTimeout as pause } from "node:timers/promises";
import type { Store } from "../storage/store.js";

/**
 * Quiet moments for SQLite's log. It starts anew only when no snapshot reads from it, in any process
 * (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files); with transactions always under way somewhere
 * it would grow for ever. So while it is long, no transaction begins in the first second of every five: all processes
 * look at the same clock, and their snapshots run out together.
 */
export interface Quiet {
  /** Resolves when transactions may begin: at once, unless there is a quiet moment. */
  over(): Promise<void>;
  close(): void;
}

const PERIOD_MS = 5_000;
const QUIET_MS = 1_000;
const TRY_AGAIN_MS = 50;

/**
 * Looks at the log every five seconds. `endGivenUp` ends transactions that nobody seems to use any more, after
 * some calls; it runs in a timer and must not throw.
 */
export function createQuiet(store: Store, endGivenUp: () => void): Quiet {
  let moment: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const quietMoment = async (): Promise<void> => {
    const end = performance.now() + QUIET_MS;
    while (!closed && performance.now() < end) {
      endGivenUp();
      if (store.restartLog()) return;
      await pause(TRY_AGAIN_MS);
    }
  };
  const look = async (): Promise<void> => {
    if (store.logIsLong()) {
      moment = quietMoment();
      await moment;
      moment = undefined;
    }
    if (!closed) wait();
  };
  const wait = (): void => {
    timer = setTimeout(look, PERIOD_MS - (Date.now() % PERIOD_MS));
    timer.unref();
  };
  wait();

  return {
    async over() {
      await moment;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
