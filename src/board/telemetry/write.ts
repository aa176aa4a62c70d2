import type { Call } from "../core/call.js";
import { type UnitOfWork, write } from "../core/write.js";

/**
 * A telemetry write: one commit, sent once. One whose answer is lost ends the call, because it may have counted; a caller
 * that wants to be sure repeats it under the same idempotency key.
 */
export async function writeOnce<T>(call: Call, work: (write: UnitOfWork) => Promise<T>): Promise<T> {
  return await write(call, work, { repeat: { onlyRefused: true } });
}
