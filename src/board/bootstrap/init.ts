import type { Call } from "../call.js";
import { notFound } from "../errors.js";
import { readDocument, readDocuments } from "../model/document.js";
import { type Project, projectDocument } from "../model/project.js";
import { agentAwareness, crossProjectAlerts, toolIntegrityAlert } from "./alerts.js";
import { type Board, collectBoard } from "./collect.js";
import { deliveredPart, incremental } from "./incremental.js";
import { type Announced, announce } from "./presence.js";
import { SCOPES, type Section, scopeOf } from "./scopes.js";
import { type Content, FIRST_TASKS, MAKE } from "./sections.js";

export interface SessionInit {
  agent_id?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  intent?: string | undefined;
  scope: string;
  project_id?: string | undefined;
}

/**
 * All that an agent needs to begin, in one call (contracts.md 6, session_init): the three alerts and the sections of
 * its scope, those that it already has only named. Without a project the one that changed last is taken; without any,
 * the sections say so. With agent_id the agent's session, intent and tools are kept; without it nothing is written.
 * Throws `project_not_found` for a project that was named. Two read round trips, one more to find a project not named.
 */
export async function sessionInit(call: Call, args: SessionInit) {
  const { scope, warning } = scopeOf(args.scope);
  const wanted: readonly Section[] = SCOPES[scope];
  const latest = args.project_id === undefined ? await latestProject(call) : null;
  const project_id = args.project_id ?? latest?.id ?? null;
  const head = { project_id, scope, ...(warning === null ? {} : { scope_warning: warning }) };
  if (project_id === null) return { ...head, ...nothing(wanted) };

  const { agent_id } = args;
  const [project, board] = await Promise.all([
    latest ?? readProject(call, project_id),
    collectBoard(call, project_id, new Set(wanted)),
  ]);
  const announced = agent_id === undefined ? NOBODY : await announce(call, project_id, { ...args, agent_id });
  const given = { project, board, scope, intent: announced.intent, now: call.now() };
  const sections = Object.fromEntries(wanted.map((section) => [section, MAKE[section](given)]));
  const sent =
    agent_id === undefined
      ? sections
      : await deliver(call, { agent_id, project_id, scope, board }, announced, sections);
  return {
    ...head,
    session_id: announced.session_id,
    cross_project_alerts: crossProjectAlerts(board, project_id),
    agent_awareness: agentAwareness(board, agent_id),
    tool_integrity_alert: toolIntegrityAlert(announced.toolsSeen, call.toolsHash()),
    ...sent,
  };
}

/** The answer where there is no project to tell of. */
function nothing(wanted: readonly Section[]) {
  const reason = { available: false, reason: "There is no project yet; board_create_project makes one." };
  const sections = Object.fromEntries(wanted.map((section) => [section, reason]));
  return { session_id: null, cross_project_alerts: [], agent_awareness: [], tool_integrity_alert: null, ...sections };
}

const NOBODY: { [K in keyof Announced]: Announced[K] | null } = { session_id: null, intent: null, toolsSeen: null };

/** Leaves out what the agent has, and records the delivery; it counts as sent only when the caller still waits for it. */
async function deliver(
  call: Call,
  { agent_id, project_id, scope, board }: { agent_id: string; project_id: string; scope: string; board: Board },
  { session_id }: { session_id: string | null },
  sections: Partial<Record<Section, Content>>,
) {
  const memory = call.connection.part(deliveredPart);
  const key = JSON.stringify([agent_id, project_id]);
  const { sent, after, tokensSaved: tokens_saved } = incremental(sections, memory.get(key) ?? {});
  const task_ids = board.open.slice(0, FIRST_TASKS).map(({ id }) => id);
  const delivery = { agent_id, project_id, session_id, scope, task_ids, tokens_saved, created_at: call.now() };
  await call.store.ref("deliveries", call.newId()).create(delivery);
  if (!call.signal.aborted) memory.set(key, after);
  return sent;
}

async function latestProject(call: Call): Promise<Project | null> {
  const found = await call.store.query("latestProjects", { limit: 20 }).get();
  const { rows } = readDocuments(projectDocument, "project", found.docs);
  return rows.find(({ status }) => status === "active") ?? rows[0] ?? null;
}

async function readProject(call: Call, id: string): Promise<Project> {
  const snapshot = await call.store.ref("projects", id).get();
  if (!snapshot.exists) throw notFound("project", id);
  return readDocument(projectDocument, "project", snapshot);
}
