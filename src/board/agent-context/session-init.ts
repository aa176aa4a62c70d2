import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { existing } from "../core/existing.js";
import { readDocuments } from "../core/read-document.js";
import { write } from "../core/write.js";
import type { Omission } from "../handoff/view.js";
import { maskedProject } from "../model/masked.js";
import { agentAwareness, crossProjectAlerts, toolIntegrityAlert } from "./alerts.js";
import { type Announcement, announce, readKnown } from "./announce.js";
import { type Board, collectBoard, withoutSession } from "./collect.js";
import { fitAnswer } from "./fit-answer.js";
import { type Delivered, deliveredPart, incremental } from "./incremental.js";
import { rememberOpened } from "./opened-sessions.js";
import { type InitScope, initScopeOf, SCOPES, type Section } from "./scopes.js";
import { type Content, FIRST_TASKS, type IdentifiedProject, MAKE } from "./sections.js";

const existingIdentity = existing("project", maskedProject.identity);

/** The arguments of session_init. */
export interface SessionInit {
  agent_id?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  intent?: string | undefined;
  scope: string;
  project_id?: string | undefined;
}

/**
 * All that an agent needs to begin, in one call (docs/contracts.md 6, session_init): the three alerts and the sections
 * of its scope, those that it already has only named. Without a project the one that changed last is taken; without
 * any, the sections say so. With agent_id the agent's session, intent and tools and the delivery itself are kept, in
 * one commit; without it nothing is written. The answer fits (fit-answer.ts). Throws `project_not_found` for a project
 * that was named. Two read round trips and the commit; one more read to find a project that is not named.
 */
export async function sessionInit(call: Call, args: SessionInit) {
  const { scope, warning } = initScopeOf(args.scope);
  const latest = args.project_id === undefined ? await latestProject(call) : null;
  const project_id = args.project_id ?? latest?.id ?? null;
  const head = { project_id, scope, ...(warning === null ? {} : { scope_warning: warning }) };
  if (project_id === null) return { ...head, ...nothing(SCOPES[scope]) };

  const read = async (): Promise<Read> => {
    const [project, board] = await Promise.all([
      latest ??
        call.store
          .ref("projects", project_id)
          .get(MASKS.projects.identity)
          .then((snapshot) => existingIdentity(snapshot, project_id)),
      collectBoard(call, project_id, new Set<Section>(SCOPES[scope])),
    ]);
    return { project, board };
  };
  const { agent_id } = args;
  if (agent_id === undefined) {
    const found = await read();
    const told = { ...alerts(call, found, undefined, null), ...(await sections(call, found, scope, null)) };
    return fitAnswer({ ...head, session_id: null, ...told }, call.answer);
  }
  return await deliver(call, { ...args, agent_id, project_id }, { head, scope, read });
}

/** What an answer begins with. */
interface Head {
  project_id: string | null;
  scope: InitScope;
  scope_warning?: string;
}

interface Read {
  project: IdentifiedProject;
  board: Board;
}

/** Announces the agent, leaves out what it has, and records the delivery. */
async function deliver(
  call: Call,
  announcement: Announcement,
  { head, scope, read }: { head: Head; scope: InitScope; read: () => Promise<Read> },
) {
  const memory = call.connection.part(deliveredPart);
  const { agent_id, project_id } = announcement;
  const key = JSON.stringify([agent_id, project_id]);
  const newSessionId = call.newUuid();
  const { answer, after } = await write(call, async (unit) => {
    const [known, found] = await Promise.all([readKnown(call, unit, announcement), read()]);
    const { session_id, intent, toolsSeen } = announce(call, unit, announcement, known, newSessionId);
    const news = { ...found, board: withoutSession(found.board, session_id) };
    const [all, compared] = await Promise.all([
      sections(call, found, scope, intent),
      sections(call, news, scope, intent),
    ]);
    const delivery = incremental(all, compared, memory.get(key) ?? {});
    unit.tx.create(call.store.ref("deliveries", call.newId()), {
      agent_id,
      project_id,
      session_id,
      scope,
      task_ids: found.board.open.slice(0, FIRST_TASKS).map(({ id }) => id),
      tokens_saved: delivery.tokensSaved,
      created_at: unit.now(),
    });
    const told = { ...alerts(call, found, agent_id, toolsSeen), ...delivery.sent };
    const answer = fitAnswer({ ...head, session_id, ...told }, call.answer);
    return { answer, after: withoutCut(delivery.after, answer.omitted) };
  });
  rememberOpened(call, agent_id, answer.session_id);
  // It counts as sent only when the caller still waits for it.
  if (!call.signal.aborted) memory.set(key, after);
  return answer;
}

/** What the agent has then: a section that lost rows is sent again the next time, when there may be room. */
function withoutCut(after: Delivered, omitted: readonly Omission[] = []): Delivered {
  const cut = new Set(omitted.map(({ what }) => what.split(".")[0]));
  return Object.fromEntries(Object.entries(after).filter(([section]) => !cut.has(section)));
}

function alerts(call: Call, { board, project }: Read, agentId: string | undefined, toolsSeen: string | null) {
  return {
    cross_project_alerts: crossProjectAlerts(board, project.id),
    agent_awareness: agentAwareness(board, agentId),
    tool_integrity_alert: toolIntegrityAlert(toolsSeen, call.toolsHash()),
  };
}

async function sections(call: Call, { project, board }: Read, scope: InitScope, intent: string | null) {
  const given = { project, board, scope, intent, now: call.now() };
  const made = await Promise.all(SCOPES[scope].map(async (section) => [section, await MAKE[section](given)] as const));
  return Object.fromEntries(made) as Partial<Record<Section, Content>>;
}

/** The answer where there is no project to tell of. */
function nothing(wanted: readonly Section[]) {
  const reason = { available: false, reason: "There is no project yet; board_create_project makes one." };
  const sections = Object.fromEntries(wanted.map((section) => [section, reason]));
  return { session_id: null, cross_project_alerts: [], agent_awareness: [], tool_integrity_alert: null, ...sections };
}

async function latestProject(call: Call): Promise<IdentifiedProject | null> {
  const found = await call.store.query("latestProjects", { mask: MASKS.projects.identity, limit: 20 }).get();
  const { rows } = readDocuments(maskedProject.identity, "project", found.docs);
  return rows.find(({ status }) => status === "active") ?? rows[0] ?? null;
}
