import { fromMicros } from "../protocol/timestamps.js";
import type { Timestamp } from "../protocol/types.js";
import type { Connection } from "./sqlite.js";

/** The time of the last commit that this connection sees, in microseconds since the epoch; 0 in a new store. */
export function readClock(connection: Connection): number {
  return connection.get<{ value: number }>("SELECT value FROM state WHERE key = 'clock'")?.value ?? 0;
}

/** Takes the next commit time: now, but later than every commit before it, whichever process made that. */
export function advanceClock(connection: Connection): number {
  const time = Math.max(nowMicros(), readClock(connection) + 1);
  connection.run("UPDATE state SET value = ? WHERE key = 'clock'", time);
  return time;
}

/** The read time to report for what a connection sees now: never before a commit that it sees. */
export function readTime(connection: Connection): Timestamp {
  return fromMicros(Math.max(nowMicros(), readClock(connection)));
}

function nowMicros(): number {
  return Date.now() * 1_000;
}
