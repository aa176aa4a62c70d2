import { setTimeout as sleep } from "node:timers/promises";
import { isBusy } from "./sqlite.js";

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 25;

/**
 * Runs `action` until no other process holds the lock, at most `limitMs`; then the lock's error comes through. The
 * pauses between tries leave the process free to serve others.
 * https://www.sqlite.org/rescode.html#busy
 */
export async function whenUnlocked<T>(limitMs: number, action: () => T): Promise<T> {
  const end = Date.now() + limitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= end) throw error;
    }
    await sleep(pause * (0.5 + Math.random()));
  }
}
