import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { readDocument } from "../core/read-document.js";
import { type Session, sessionDocument } from "../model/session.js";
import { current } from "./current-turn.js";
import { noSession, noTurn } from "./errors.js";

/** The session that a call names: the named one, else the connection's. */
export interface NamesSession {
  agent?: string | undefined;
  sessionId?: string | undefined;
}

/** The turn that a call names: the named one, else the one that this connection began in that session. */
export interface NamesTurn extends NamesSession {
  requestId?: string | undefined;
}

/**
 * The id of the session that a call names. Throws `session_not_found` when it names none and the connection has none.
 */
export function targetSession(call: Call, { sessionId }: NamesSession): string {
  const id = sessionId ?? current(call).session;
  if (id === null) throw noSession("This connection has no session.");
  return id;
}

/** The session and request id of the turn that a call names. Throws `session_not_found`, `turn_not_found`. */
export function targetTurn(call: Call, names: NamesTurn): { session: string; turn: string } {
  const session = targetSession(call, names);
  const own = current(call);
  const turn = names.requestId ?? (session === own.session ? own.turn : null);
  if (turn === null) throw noTurn(`This connection has no turn in session ${session}; requestId names one.`);
  return { session, turn };
}

/**
 * Reads a session of any kind. Throws `session_not_found` when there is none, or when it is a turn log of another
 * agent than the one named.
 */
export function readSession(snapshot: Snapshot | undefined, id: string, agent: string | undefined): Session {
  if (!snapshot?.exists) throw noSession(`There is no session ${id}.`);
  const session = readDocument(sessionDocument, "session", snapshot);
  if (agent !== undefined && session.kind === "log" && session.agent_name !== agent)
    throw noSession(`The agent named has no session ${id}.`);
  return session;
}

/** The same, of a session that has not ended. */
export function readActiveSession(...args: Parameters<typeof readSession>): Session {
  const session = readSession(...args);
  if (session.status !== "active") throw noSession(`Session ${session.id} is ${session.status}, not active.`);
  return session;
}
