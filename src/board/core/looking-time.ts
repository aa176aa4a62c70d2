import type { Call } from "./call.js";

/** The share of a call's time in which it may go on looking; the rest is for what it does with what it found. */
const SHARE = 2 / 3;

/** A function that tells whether the call has time to look further: two thirds of what it has from now on. */
export function lookingTime(call: Pick<Call, "now" | "deadline" | "signal">): () => boolean {
  const began = call.now().getTime();
  const stopAt = began + (call.deadline.getTime() - began) * SHARE;
  return () => call.now().getTime() < stopAt && !call.signal.aborted;
}
