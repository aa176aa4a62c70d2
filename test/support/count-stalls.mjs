/**
 * Preloaded into a server (`NODE_OPTIONS=--import`): writes a line to the file STALLS_FILE for each time that the event
 * loop of the main thread had no turn for more than 100 ms of its own time on a processor. Time in which the system ran
 * other programs does not count, so a busy machine makes no stalls. Linux only (man 5 proc, schedstat).
 */
import { appendFileSync, readFileSync } from "node:fs";

const MOST_MS = 100;
const EVERY_MS = 10;

const file = /** @type {string} */ (process.env.STALLS_FILE);
const milliseconds = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

let last = milliseconds();
setInterval(() => {
  const now = milliseconds();
  if (now - last > MOST_MS) appendFileSync(file, `${Math.round(now - last)}\n`);
  last = now;
}, EVERY_MS).unref();
