import type { Snapshot, UpdatePrecondition } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { BoardError } from "../core/errors.js";
import { readDocument } from "../core/read-document.js";
import { type UnitOfWork, write } from "../core/write.js";
import { type Session, sessionDocument } from "../model/session.js";

/** Whether a session takes no more tokens: the telemetry's rule looks at both fields, a lead may have edited either. */
function hasEnded({ status, ended_at }: Pick<Session, "status" | "ended_at">): boolean {
  return status !== "active" || ended_at !== null;
}

/**
 * Reads the session that an update or a completion names. Throws `session_not_found`, `session_not_active` when it has
 * ended, and `corrupt_document`.
 */
export function readActive(snapshot: Snapshot | undefined, id: string): Session {
  if (!snapshot?.exists)
    throw new BoardError("session_not_found", `There is no session ${id}.`, "sessionQuery lists those that exist.");
  const session = readDocument(sessionDocument, "session", snapshot);
  if (hasEnded(session))
    throw new BoardError(
      "session_not_active",
      `Session ${id} has ended; it is kept as it is.`,
      "sessionQuery with activeOnly lists those that are active; sessionCreate opens a new one.",
    );
  return session;
}

/**
 * The precondition of a commit that was decided on this document, read beside the transaction. Locks are too slow for
 * telemetry: where a store takes them on reads, two calls that read and then write one session wait for each other longer
 * (2 s on the official emulator) than a call has.
 */
export function asRead({ updateTime }: Snapshot): UpdatePrecondition | undefined {
  return updateTime && { lastUpdateTime: updateTime };
}

/**
 * A telemetry write: one commit, sent once. One whose answer is lost ends the call, because it may have counted; a
 * caller that wants to be sure repeats it under the same idempotency key.
 */
export async function writeOnce<T>(call: Call, work: (write: UnitOfWork) => Promise<T>): Promise<T> {
  return await write(call, work, { repeat: { onlyRefused: true } });
}
