import { iso } from "../core/result.js";
import { cutCharacters } from "../core/row.js";
import type { maskedProject, RowOf } from "../model/masked.js";
import { isStale } from "../sessions/view.js";
import { openDependencies } from "../tasks/readiness.js";
import type { Board } from "./collect.js";
import { relevantMemories } from "./memories.js";
import { type InitScope, SCOPES, SECTIONS, type Section } from "./scopes.js";

/** What a section says; docs/bootstrap.md defines each field. */
export type Content = Record<string, unknown>;

/** What an agent is told of a project. */
export type IdentifiedProject = RowOf<typeof maskedProject.identity>;

/** How many open tasks are shown. */
export const FIRST_TASKS = 6;
/** How many of the latest entries are shown. */
const LATEST_SHOWN = 3;
/** A task in progress counts as stale when nothing about it has changed for this long. */
const STALE_TASK_MS = 7 * 24 * 60 * 60_000;
const LABEL_CHARACTERS = 100;
const GRAPH_TASKS = 30;
const GRAPH_SESSIONS = 5;

/** What a section is made from: the board as read, for which scope, and what the agent is about to do. */
export interface Given {
  project: IdentifiedProject;
  board: Board;
  scope: InitScope;
  intent: string | null;
  now: Date;
}

/** How each section is made. Pure. */
export const MAKE: Record<Section, (given: Given) => Content | Promise<Content>> = {
  pending_tasks: ({ board, scope, now }) => {
    const first = board.open.slice(0, FIRST_TASKS);
    const blocked = first.filter(
      (task) => task.status === "blocked" || openDependencies(task, known(board)).length > 0,
    );
    return {
      tasks: first.map(({ id, title, status, priority, assigned_agent }) => ({
        id,
        title,
        status,
        priority,
        assigned_agent,
      })),
      counts: Object.fromEntries(Object.entries(board.counts).filter(([, counted]) => counted > 0)),
      blocked: blocked.map(({ id }) => id),
      ...(scope === "standard" ? {} : { session_states: sessionStates(board, now) }),
    };
  },

  working_state: ({ board, now }) => ({
    active_sessions: board.active.map((session) => ({
      id: session.id,
      kind: session.kind,
      agent_name: session.agent_name,
      stale: isStale(session, now),
    })),
    in_progress: board.inProgress.map(({ id, assigned_agent }) => ({ id, assigned_agent })),
    latest_changes: board.latest.slice(0, LATEST_SHOWN).map(({ action, agent_name, task_id, created_at }) => ({
      action,
      agent_name,
      task_id,
      at: iso(created_at),
    })),
  }),

  scale_guidance: ({ board }) => {
    const open = openCount(board);
    return { open_tasks: open, advice: ADVICE.find(({ upTo }) => open <= upTo)?.advice ?? "" };
  },

  more_available: () => {
    const shown: readonly Section[] = SCOPES.standard;
    return { sections: SECTIONS.filter((section) => !shown.includes(section)), call: "session_init with scope full" };
  },

  project_identity: ({ project }) => ({
    id: project.id,
    name: project.name,
    status: project.status,
    priority: project.priority,
    description: project.description,
  }),

  brain_health: ({ board, now }) => {
    const ended = board.ended.filter(({ kind }) => kind === "board" || kind === "agent");
    const noted = ended.filter(({ handoff_notes, kind, progress_summary }) =>
      kind === "agent" ? progress_summary : handoff_notes,
    );
    const stale = board.inProgress.filter(
      ({ updated_at }) => updated_at && now.getTime() - updated_at.getTime() > STALE_TASK_MS,
    );
    return {
      ended_sessions: ended.length,
      left_notes: ended.length === 0 ? null : Math.round((noted.length / ended.length) * 100) / 100,
      memories: board.memoryCount,
      stale_tasks: stale.map(({ id }) => id),
    };
  },

  federation_health: ({ board }) => ({ projects: board.federation }),

  relevant_memories: async ({ board, intent }) => {
    const about = [intent ?? "", ...board.open.slice(0, FIRST_TASKS).map(({ title }) => title)].join(" ");
    return { memories: await relevantMemories(board.memories, about) };
  },

  knowledge_graph: ({ board }) => {
    const tasks = board.open.slice(0, GRAPH_TASKS);
    const sessions = [...board.active, ...board.ended].slice(0, GRAPH_SESSIONS);
    const shown = new Set(tasks.map(({ id }) => id));
    return {
      nodes: [
        ...tasks.map(({ id, title }) => ({ id, kind: "task", label: cutCharacters(title, LABEL_CHARACTERS) })),
        ...sessions.map(({ id, agent_name }) => ({ id, kind: "session", label: agent_name })),
      ],
      edges: tasks.flatMap(({ id, depends_on, parent_task_id, lease }) => [
        ...depends_on.filter((to) => shown.has(to)).map((to) => ({ from: id, to, kind: "depends_on" })),
        ...(parent_task_id && shown.has(parent_task_id) ? [{ from: id, to: parent_task_id, kind: "subtask_of" }] : []),
        ...(lease?.session_id && sessions.some((session) => session.id === lease.session_id)
          ? [{ from: lease.session_id, to: id, kind: "works_on" }]
          : []),
      ]),
    };
  },
};

const ADVICE = [
  { upTo: 0, advice: "No open tasks: plan the work with board_create_task." },
  { upTo: 20, advice: "A small board: board_get_tasks shows all of it." },
  {
    upTo: 100,
    advice: "A busy board: take work with board_claim_task, look up the rest with filters or board_search.",
  },
  {
    upTo: Number.POSITIVE_INFINITY,
    advice: "A large board: claim by project_id, filter board_get_tasks, and close or archive what nobody will do.",
  },
];

function openCount({ counts }: Board): number {
  return Object.entries(counts).reduce((sum, [status, counted]) => (status === "done" ? sum : sum + counted), 0);
}

function known(board: Board) {
  return new Map([...board.dependencies, ...board.open.map((task) => [task.id, task] as const)]);
}

function sessionStates({ inProgress, holders }: Board, now: Date) {
  return inProgress.map(({ id, lease }) => {
    const session = lease?.session_id ? holders.get(lease.session_id) : undefined;
    return {
      task_id: id,
      session_id: session?.id ?? null,
      status: session?.status ?? null,
      stale: session ? isStale(session, now) : null,
    };
  });
}
