import type { QueryResult, Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import type { UnitOfWork } from "../core/write.js";
import { agentDocument } from "../model/agent.js";
import { newSession, type Session, sessionDocument } from "../model/session.js";
import { isGone } from "../participants/liveness.js";
import { agentRef } from "../sessions/heartbeat.js";

/** What an agent says of itself when it begins. */
export interface Announcement {
  agent_id: string;
  project_id: string;
  model?: string | undefined;
  provider?: string | undefined;
  /** `""` clears the earlier one. */
  intent?: string | undefined;
}

/** How an agent is known now, and which tools it saw before. */
export interface Announced {
  session_id: string;
  intent: string | null;
  toolsSeen: string | null;
}

/** What is stored of an agent in a project: its open sessions of kind `agent`, and its presence. */
export interface Known {
  sessions: QueryResult;
  presence: Snapshot;
}

/** How many open sessions of one agent in one project are looked at: one for each window that is open at once. */
const OPEN_SESSIONS = 50;

/**
 * Reads what is known of an agent: the sessions in the transaction, which decides whether to open one. One round trip.
 */
export async function readKnown(
  call: Call,
  { tx }: UnitOfWork,
  { agent_id, project_id }: Announcement,
): Promise<Known> {
  const values = { project_id, kind: "agent", agent_name: agent_id, status: "active" };
  const [sessions, presence] = await Promise.all([
    tx.get(call.store.query("agentSessions", { values, limit: OPEN_SESSIONS })),
    agentRef(call.store, agent_id, project_id).get(),
  ]);
  return { sessions, presence };
}

/**
 * Makes an agent known in a project: opens its session of kind `agent` under `newSessionId`, or goes on with the one
 * that this connection opened or that nobody holds any more, and keeps its intent, model and the hash of the tools it
 * sees. A new session is logged; another announcement is a heartbeat.
 */
export function announce(
  call: Call,
  unit: UnitOfWork,
  given: Announcement,
  known: Known,
  newSessionId: string,
): Announced {
  const { agent_id, project_id } = given;
  const [before] = known.presence.exists ? readDocuments(agentDocument, "agent", [known.presence]).rows : [];
  const now = unit.now();
  const session = ownSession(readDocuments(sessionDocument, "session", known.sessions.docs).rows, call, now);
  const intent = given.intent === undefined ? (before?.intent ?? null) : given.intent || null;
  const model = given.model ?? before?.model ?? null;
  const provider = given.provider ?? before?.provider ?? null;
  const presence = { agent_id, project_id, intent, model, provider, tools_hash: call.toolsHash(), last_seen_at: now };
  unit.tx.set(known.presence.ref, presence);
  const announced = { session_id: session?.id ?? newSessionId, intent, toolsSeen: before?.tools_hash ?? null };
  if (session) {
    const { holder } = call;
    unit.tx.update(call.store.ref("sessions", session.id), { last_seen_at: now, holder, intent, model, provider });
    return announced;
  }
  const fields = { kind: "agent", project_id, agent_name: agent_id, holder: call.holder, intent, model, provider };
  unit.tx.create(call.store.ref("sessions", newSessionId), newSession(now, fields));
  unit.log({
    action: "session_started",
    agent_name: agent_id,
    project_id,
    session_id: newSessionId,
    details: "Agent session started",
  });
  return announced;
}

/** The open session that this connection goes on with: its own, else one whose connection is gone. */
function ownSession(open: readonly Session[], { holder, heartbeatMs }: Call, now: Date): Session | undefined {
  return open.find((session) => session.holder === holder) ?? open.find((session) => isGone(session, heartbeatMs, now));
}
