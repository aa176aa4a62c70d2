import { type QueryRead, startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { type Agent, startAgent } from "./client.js";
import { AGENT, type BoardSize, FINISHER, growBoard, PROJECT, RELEASED, START } from "./grown-board.js";
import { openDatabase } from "./open-database.js";
import { action, beginTurn, dialog, newRequestId, newSessionId, openLog } from "./turnlog.js";

/** What one query of a call read. */
export type Read = Pick<QueryRead, "entries" | "counted" | "documents" | "aggregation"> & {
  collection: string;
  /** How many indexes it was merged from. */
  indexes: number;
  /** Collection and indexes, for messages. */
  what: string;
};

/** Ids that the calls of one board made, which later ones name. */
interface Made {
  task_id: string;
  session_id: string;
  sessionId: string;
  log: { sessionId: string; requestId: string };
}

const project_id = PROJECT;
const limit = 10;

/** Calls of each tool, in the order in which they are made. */
export const CALLS: Record<string, ((made: Made) => Record<string, unknown>)[]> = {
  board_get_projects: [() => ({ limit }), () => ({ limit, status: "active" })],
  board_get_handoff: [() => ({ project_id }), () => ({ project_id, since: START.toISOString() })],
  board_get_tasks: [
    () => ({ project_id, limit }),
    () => ({ project_id, limit, assigned_agent: AGENT }),
    () => ({ project_id, limit, assigned_agent: FINISHER }),
    () => ({ project_id, limit, label: RELEASED }),
    () => ({ project_id, limit, assigned_agent: FINISHER, include_done: true }),
    () => ({ project_id, limit, status: "done", resolution: "cancelled" }),
    () => ({ project_id, limit, due_before: "2099-01-01T00:00:00Z", assigned_agent: FINISHER }),
    () => ({ project_id, limit, due_before: "2099-01-01T00:00:00Z", label: RELEASED }),
    () => ({ project_id, limit, due_before: "2099-01-01T00:00:00Z", priority: "low" }),
    () => ({ project_id, limit, parent_task_id: "10" }),
    () => ({ project_id, limit, ready: true }),
  ],
  board_get_task: [() => ({ task_id: "10" })],
  board_get_sessions: [
    () => ({ project_id, limit }),
    () => ({ project_id, limit, status: "completed" }),
    () => ({ limit, agent_name: AGENT, story_id: "story-1" }),
    () => ({ project_id, limit, agent_name: AGENT, status: "active" }),
  ],
  board_get_session: [
    () => ({ session_id: "5" }),
    ...["record", "activity", "tasks", "turns"].map((part) => () => ({ session_id: "5", part })),
  ],
  board_get_activity: [
    () => ({ project_id, limit }),
    () => ({ project_id, limit, agent_name: AGENT, action: "created" }),
    () => ({ project_id, limit, task_id: "10", session_id: "10" }),
  ],
  board_search: [() => ({ query: "memory", project_id }), () => ({ query: "memory" })],
  sessionQuery: [
    () => ({ limit }),
    () => ({ limit, agentName: AGENT }),
    () => ({ limit, agentName: AGENT, activeOnly: true }),
    () => ({ limit, activeOnly: true, offset: 20 }),
    () => ({ limit, agentName: AGENT, storyId: "story-1" }),
  ],
  sessionlog_query_history: [() => ({ limit }), () => ({ limit, agent: AGENT, offset: 20 })],
  session_init: [
    () => ({ project_id, scope: "standard" }),
    ...["full", "resume"].map((scope) => () => ({ project_id, scope, agent_id: AGENT, intent: "i" })),
    () => ({}),
  ],
  end_session: [
    () => ({ agent_id: AGENT, summary: "words that are new" }),
    () => ({ agent_id: AGENT, task_id: "10", summary: "some other ones" }),
    () => ({ agent_id: FINISHER, task_id: "10", summary: "not said before" }),
  ],
  board_create_project: [() => ({ name: "p" })],
  board_update_project: [() => ({ project_id, name: "new" })],
  board_create_session: [() => ({ project_id, agent_name: AGENT }), () => ({ project_id, if_active: "join" })],
  board_create_task: [() => ({ project_id, title: "t", depends_on: ["10"], parent_task_id: "20" })],
  board_create_tasks: [() => ({ project_id, tasks: [{ title: "t", depends_on: ["10"] }, { title: "t" }] })],
  board_update_task: [
    ({ session_id }) => ({ task_id: "30", depends_on: ["20"], session_id }),
    () => ({ task_id: "30", status: "done" }),
  ],
  board_bulk_update_tasks: [() => ({ task_ids: ["40", "41"], status: "done" })],
  board_delete_task: [() => ({ task_id: "50", cascade_subtasks: true, require_done: false })],
  board_claim_task: [
    ({ session_id }) => ({ project_id, agent_name: AGENT, session_id }),
    ({ task_id }) => ({ task_id, agent_name: "another" }),
  ],
  board_log_activity: [() => ({ agent_name: AGENT, action: "found", task_id: "10" })],
  board_checkpoint_session: [({ session_id }) => ({ session_id, handoff_notes: "n" })],
  board_end_session: [({ session_id }) => ({ session_id, progress_summary: "s" })],
  sessionCreate: [() => ({ agentName: AGENT, projectId: PROJECT })],
  sessionUpdate: [({ sessionId }) => ({ sessionId, inputTokens: 1 })],
  sessionComplete: [({ sessionId }) => ({ sessionId })],
  sessionCleanup: [() => ({ retentionDays: 3_650 }), () => ({ retentionDays: 1, dryRun: true })],
  sessionlog_bootstrap: [() => ({})],
  sessionlog_open_session: [() => ({ agent: "ClaudeCowork", sessionId: newSessionId(), title: "t" })],
  sessionlog_current_session: [() => ({})],
  sessionlog_begin_turn: [() => ({ requestId: newRequestId(), queryTitle: "t", queryText: "t" })],
  sessionlog_update_turn: [() => ({ interpretation: "i" })],
  sessionlog_append_dialog: [() => ({ dialogItems: dialog(2) })],
  sessionlog_append_actions: [() => ({ actions: [action("edit", "a.ts")] })],
  sessionlog_complete_turn: [() => ({ response: "r" })],
  sessionlog_fail_turn: [({ log }) => ({ ...log, errorMessage: "e" })],
  sessionlog_close_session: [() => ({})],
};

/** What each call read on a board of this size, by tool and place in the table. Throws when a call is refused. */
async function readsOn(size: BoardSize): Promise<Map<string, Read[]>> {
  let reads: Read[] = [];
  const engine = await startEngine({
    file: ":memory:",
    indexes: loadIndexes(""),
    onRead: ({ collection = "", indexes, ...read }) =>
      reads.push({ ...read, collection, indexes: indexes.length, what: `${collection} by ${indexes.join(" and ")}` }),
  });
  const host = `${engine.host}:${engine.port}`;
  const common = { projectId: "demo-scale", databaseId: "(default)", collectionPrefix: "" };
  const { store, db } = await openDatabase({ mode: "emulator", host, ...common });
  let agent: Agent | undefined;
  try {
    await growBoard(db, size);
    // The search reads its whole window; heartbeats would be counted.
    const quiet = { FIREBOARD_SEARCH_WINDOW: "200", FIREBOARD_HEARTBEAT_MS: "600000", FIREBOARD_DEADLINE_MS: "60000" };
    agent = await startAgent({ FIRESTORE_EMULATOR_HOST: host, FIREBOARD_PROJECT_ID: "demo-scale", ...quiet });
    const log = await openLog(agent);
    const made: Made = {
      ...{ task_id: "", session_id: "", sessionId: "" },
      log: { sessionId: log, requestId: await beginTurn(agent) },
    };
    const all = new Map<string, Read[]>();
    for (const [tool, calls] of Object.entries(CALLS))
      for (const [at, args] of calls.entries()) {
        reads = [];
        const answer = await agent.call(tool, args(made));
        if (tool === "board_create_tasks") made.task_id = answer.tasks[1].id;
        if (tool === "board_create_session") made.session_id = answer.session_id;
        if (tool === "sessionCreate") made.sessionId = answer.sessionId;
        all.set(`${tool} ${at + 1}`, reads);
      }
    return all;
  } finally {
    await agent?.close();
    await store.close();
    await engine.close();
  }
}

/** Reading ahead may differ by so many index entries or documents, whatever the sizes of the boards. */
const AHEAD = 40;

/** A board on which each list that a call reads is full. */
export const SMALL: BoardSize = {
  ...{ tasks: 1_300, activity_log: 600, sessions: 900 },
  ...{ memories: 280, deliveries: 560, agents: 20 },
};

/**
 * What reads more than 1.5 times as much on this board as on the small one, by call. Counts and sums may grow with what
 * they count: told is what reads more than once each entry of its indexes.
 */
export async function growth(large: BoardSize): Promise<string[]> {
  const [few, many] = [await readsOn(SMALL), await readsOn(large)];
  return [...many].flatMap(([call, reads]) => {
    const before = few.get(call) ?? [];
    const grown = (["entries", "documents"] as const).filter(
      (kind) => sum(reads, kind) > sum(before, kind) * 1.5 + AHEAD,
    );
    const counts = reads.filter(
      ({ aggregation, collection, indexes, entries, counted }) =>
        aggregation && entries + counted > (large[collection as keyof BoardSize] ?? 0) * indexes + AHEAD,
    );
    return [
      ...grown.map((kind) => `${call}: ${kind} ${sum(before, kind)} -> ${sum(reads, kind)}\n${table(before, reads)}`),
      ...counts.map(({ what, entries, counted }) => `${call}: counted ${entries + counted} of ${what}`),
    ];
  });
}

const sum = (reads: readonly Read[], kind: "entries" | "documents") =>
  reads.reduce((total, read) => total + (read.aggregation ? 0 : read[kind]), 0);

/** The queries of a call that grew, with what they read. */
function table(before: readonly Read[], after: readonly Read[]): string {
  const of = (reads: readonly Read[], what: string) => reads.filter((read) => !read.aggregation && read.what === what);
  return [...new Set(after.map(({ what }) => what))]
    .map((what) => ({ what, few: sum(of(before, what), "entries"), many: sum(of(after, what), "entries") }))
    .filter(({ few, many }) => many > few * 1.2)
    .map(({ what, few, many }) => `  ${few} -> ${many} ${what}`)
    .join("\n");
}
