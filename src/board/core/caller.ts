import type { Session } from "../model/session.js";
import type { Call } from "./call.js";
import { existingSession } from "./existing.js";

/** The session that a write names, if any, with warnings for the caller. */
export interface NamedSession {
  session: Session | null;
  warnings: string[];
}

/**
 * Reads the session that a call names (docs/contracts.md 3): an unknown one is `session_not_found`, one that has ended is
 * accepted with a warning. Read beside the transaction: it gives the entry its agent's name and decides nothing else.
 */
export async function readNamedSession(call: Call, sessionId: string | undefined): Promise<NamedSession> {
  if (sessionId === undefined) return { session: null, warnings: [] };
  const snapshot = await call.store.ref("sessions", sessionId).get();
  const session = existingSession(snapshot, sessionId);
  const warnings = session.status === "active" ? [] : [`Session ${sessionId} is ${session.status}, not active.`];
  return { session, warnings };
}

/** The agent that a call names: its session's, else the one it assigns the work to; null when it names none. */
export function namedAgent(named: NamedSession, assigned?: string | null): string | null {
  return named.session?.agent_name || assigned || null;
}

/** Who an entry is by (docs/contracts.md 3): the agent the call names, else "system". */
export function entryAgent(named: NamedSession, assigned?: string | null): string {
  return namedAgent(named, assigned) ?? "system";
}
