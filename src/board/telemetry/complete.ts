import type { Call } from "../core/call.js";
import { BoardError } from "../core/errors.js";
import { endOf } from "../model/end-time.js";
import type { Session } from "../model/session.js";
import { asRead, readActive, writeOnce } from "./context-session.js";
import { contextRow, type TokenCounts, tokenFields } from "./row.js";

/** The arguments of sessionComplete. */
export interface CompleteContextSession extends TokenCounts {
  sessionId: string;
  endedAt?: string | undefined;
  agentName?: string | undefined;
}

/**
 * Ends a context session, with its final token counts when they are given (docs/contracts.md 4, sessionComplete).
 * Throws `session_not_found`, `session_not_active` when it has ended, `guard_refused` for another agent than its leader
 * and for sessions of another kind. An `endedAt` before the session's start is stored as its start. Two round trips.
 */
export async function completeContextSession(call: Call, args: CompleteContextSession) {
  const { sessionId, endedAt, agentName } = args;
  const ref = call.store.ref("sessions", sessionId);
  return await writeOnce(call, async ({ tx }) => {
    const snapshot = await ref.get();
    const session = readActive(snapshot, sessionId);
    checkMayComplete(session, agentName);
    const now = call.now();
    const ended_at = endOf(session.started_at, endedAt === undefined ? now : new Date(endedAt));
    const fields = { ...tokenFields(args), status: "completed", ended_at, last_seen_at: now, updated_at: now };
    tx.update(ref, fields, asRead(snapshot));
    return contextRow({ ...session, ...fields });
  });
}

function checkMayComplete({ id, kind, agent_name }: Session, agentName: string | undefined): void {
  if (kind !== "context")
    throw new BoardError(
      "guard_refused",
      `Session ${id} was not opened with sessionCreate.`,
      "It is ended where it was opened, a board session with board_end_session.",
    );
  if (agentName !== undefined && agentName !== agent_name)
    throw new BoardError(
      "guard_refused",
      `Session ${id} was opened by another agent.`,
      "Only the leader that opened it completes it; workers report with sessionUpdate.",
    );
}
