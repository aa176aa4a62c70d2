import { participantDocument } from "../model/participant.js";
import type { Session } from "../model/session.js";
import type { Call } from "./call.js";
import { existingSession } from "./existing.js";
import { isOfCallsAlone } from "./holder.js";
import { readMended } from "./read-document.js";

/** The session that a write names, if any, with warnings for the caller. */
export interface NamedSession {
  session: Session | null;
  /** The caller's name in it: the participant's of this connection, else that of the agent that opened it. */
  agent_name: string | null;
  /** Whether this connection opened or joined the session, so that the name is the caller's own. */
  takesPart: boolean;
  warnings: string[];
}

const NOBODY = { agent_name: null };

/**
 * Reads the session that a call names (docs/contracts.md 3): an unknown one is `session_not_found`, one that has ended
 * is accepted with a warning. Read beside the transaction: it gives the entry its agent's name and decides nothing
 * else. The participant of this connection is read along, in the same round trip.
 */
export async function readNamedSession(call: Call, sessionId: string | undefined): Promise<NamedSession> {
  if (sessionId === undefined) return { session: null, agent_name: null, takesPart: false, warnings: [] };
  const ref = call.store.ref("sessions", sessionId);
  const [snapshot, part] = await call.store.getAll([ref, call.store.sub(ref, "participants", call.holder)]);
  const session = existingSession(snapshot, sessionId);
  const warnings = session.status === "active" ? [] : [`Session ${sessionId} is ${session.status}, not active.`];
  const takesPart = part?.exists || session.holder === call.holder;
  // Of several windows of a host one connection stands for one; of calls that stand alone the name would be a guess.
  const unknown = !takesPart && isOfCallsAlone(call.holder);
  const { agent_name } = part?.exists ? readMended(participantDocument, part) : unknown ? NOBODY : session;
  return { session, agent_name, takesPart, warnings };
}

/** Who changes a task, as the rules of leases need it (docs/contracts.md 3.0). */
export interface LeaseCaller {
  /** The connection of the call. */
  holder: string;
  /** The agent that the call names, else the call's own; null when there is none. */
  agent: string | null;
  /**
   * Whether the name is the one that the caller works under; else it is only known to be that of the agent that opened
   * the session, or of whoever is behind the call.
   */
  isOwnName: boolean;
  /** The session that the call names, in which agents of other names may work as well; null when it names none. */
  session_id: string | null;
  /** Milliseconds between the signs of life of living holders. */
  heartbeatMs: number;
  /** Whether the holder of the lease in question is known to have ended its part in the session it claimed in. */
  holderEnded?: boolean;
}

/**
 * Who makes a change: the agent of the session that it names, else the agent that it assigns the work to, else the call's
 * own, else nobody.
 */
export function leaseCaller(call: Call, named: NamedSession, assigned?: string | null): LeaseCaller {
  const { holder, heartbeatMs } = call;
  const said = entryAgent(named, assigned);
  const agent = said ?? call.agent;
  const isOwnName = named.takesPart || (!named.agent_name && said !== null);
  return { holder, heartbeatMs, agent, isOwnName, session_id: named.session?.id ?? null };
}

/**
 * The agent that a call names, which its entries are by: its participant of the session, else the one it assigns the work
 * to; null when it names none.
 */
export function entryAgent(named: NamedSession, assigned?: string | null): string | null {
  return named.agent_name || assigned || null;
}
