import type { Call } from "../call.js";
import { type Agent, agentDocument, agentKey } from "../model/agent.js";
import { readDocument, readDocuments } from "../model/document.js";
import { newSession, type Session, sessionDocument } from "../model/session.js";
import { type Write, write } from "../write.js";

/** What an agent says of itself when it begins. */
export interface Announcement {
  agent_id: string;
  model?: string | undefined;
  provider?: string | undefined;
  /** `""` clears what was said before. */
  intent?: string | undefined;
}

/** How an agent is known now, and what it was known by before. */
export interface Announced {
  session_id: string;
  intent: string | null;
  toolsSeen: string | null;
}

/** The agent's open session of this kind in a project, if any; inside a transaction. */
export async function readAgentSession(
  call: Call,
  { tx }: Write,
  agentId: string,
  projectId: string,
): Promise<Session | null> {
  const values = { project_id: projectId, kind: "agent", agent_name: agentId, status: "active" };
  const found = await tx.get(call.store.query("agentSessions", { values, limit: 1 }));
  return readDocuments(sessionDocument, "session", found.docs).rows[0] ?? null;
}

/**
 * Makes an agent known in a project: opens its session of kind `agent`, or goes on with the open one, and keeps its
 * intent, model and the hash of the tools it sees. A new session is logged; another announcement is a heartbeat.
 */
export async function announce(call: Call, project_id: string, said: Announcement): Promise<Announced> {
  const { agent_id } = said;
  const newSessionId = call.newUuid();
  const ref = call.store.ref("agents", agentKey(agent_id, project_id));
  return await write(call, async (unit) => {
    const [session, snapshot] = await Promise.all([readAgentSession(call, unit, agent_id, project_id), ref.get()]);
    const before: Agent | null = snapshot.exists ? readDocument(agentDocument, "agent", snapshot) : null;
    const now = unit.now();
    const intent = said.intent === undefined ? (before?.intent ?? null) : said.intent || null;
    const model = said.model ?? before?.model ?? null;
    const provider = said.provider ?? before?.provider ?? null;
    unit.tx.set(ref, {
      agent_id,
      project_id,
      intent,
      model,
      provider,
      tools_hash: call.toolsHash(),
      last_seen_at: now,
    });
    const known = { session_id: session?.id ?? newSessionId, intent, toolsSeen: before?.tools_hash ?? null };
    if (session) {
      unit.tx.update(call.store.ref("sessions", session.id), { last_seen_at: now, intent, model, provider });
      return known;
    }
    const fields = { kind: "agent", project_id, agent_name: agent_id, intent, model, provider };
    unit.tx.create(call.store.ref("sessions", newSessionId), newSession(now, fields));
    unit.log({
      action: "session_started",
      agent_name: agent_id,
      project_id,
      session_id: newSessionId,
      details: "Agent session started",
    });
    return known;
  });
}
