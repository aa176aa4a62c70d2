import type { Timestamp } from "../encoding/messages.js";
import { fromMicros } from "../encoding/timestamps.js";
import type { Connection } from "./sqlite.js";

/** The time of the last commit that this connection sees, in microseconds since the epoch; 0 in a new store. */
export function readClock(connection: Connection): number {
  return connection.get<{ value: number }>("SELECT value FROM state WHERE key = 'clock'")?.value ?? 0;
}

/**
 * The time for the next commit: now, but later than the last one, whichever process made that.
 * https://firebase.google.com/docs/firestore/transaction-data-contention
 */
export function nextCommitTime(last: number): number {
  return Math.max(Date.now() * 1_000, last + 1);
}

/** Notes the time of the last commit. Must run inside the write transaction of that commit. */
export function writeClock(connection: Connection, time: number): void {
  connection.run("UPDATE state SET value = ? WHERE key = 'clock'", time);
}

/**
 * The read time to report for what is seen at this clock: the time of the last commit, since every later one is above
 * it. The wall clock may already be past a commit that is just being made, and it may go back. In a new store it is the
 * first microsecond after the epoch: clients take zero for no time.
 */
export function readTimeAt(clock: number): Timestamp {
  return fromMicros(Math.max(clock, 1));
}
