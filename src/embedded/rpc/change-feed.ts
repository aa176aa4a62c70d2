import { readClock } from "../storage/clock.js";
import type { StoreFile } from "../storage/store-file.js";

/**
 * Tells listeners when the store has changed, whichever process changed it.
 * https://firebase.google.com/docs/firestore/query-data/listen
 */
export interface ChangeFeed {
  /** Calls `onChange` soon after each commit and `onBeat` now and then; returns how to stop both. */
  subscribe(listener: ChangeListener): () => void;
  /** Must be called after each commit of this process. */
  committed(): void;
  /** How many listen now. */
  count(): number;
  close(): void;
}

/** Who is called when the store has changed. */
export interface ChangeListener {
  onChange(): void;
  onBeat(): void;
}

/** How often commits of other processes are looked for, while anybody listens. */
const POLL_MS = 50;
/** Well below the 120 s after which clients give up on a silent stream. */
const BEAT_MS = 30_000;

/** Starts without a timer; one runs only while there are subscribers. */
export function createChangeFeed(store: StoreFile): ChangeFeed {
  const listeners = new Set<ChangeListener>();
  let timer: NodeJS.Timeout | undefined;
  let lastClock: number | undefined;
  let lastBeat = 0;

  const look = (): void => {
    const clock = clockNow(store);
    if (clock !== lastClock) {
      lastClock = clock;
      for (const listener of listeners) listener.onChange();
    }
    if (performance.now() - lastBeat < BEAT_MS) return;
    lastBeat = performance.now();
    for (const listener of listeners) listener.onBeat();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (!timer) {
        lastClock = clockNow(store);
        lastBeat = performance.now();
        timer = setInterval(look, POLL_MS);
        timer.unref();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    committed() {
      if (timer) look();
    },
    count: () => listeners.size,
    close() {
      listeners.clear();
      stop();
    },
  };
}

/** The store's clock; none when it cannot be read. */
function clockNow(store: StoreFile): number | undefined {
  try {
    const { connection, release } = store.acquireSnapshot();
    try {
      return readClock(connection);
    } finally {
      release();
    }
  } catch {
    // Nobody waits for this look. The listeners look for themselves then, and tell their clients what is wrong.
    return undefined;
  }
}
