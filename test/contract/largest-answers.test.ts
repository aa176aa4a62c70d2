import { beforeAll, describe, expect, it } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { useBoard } from "../support/board.js";
import { type Answer, outcomeOf } from "../support/client.js";
import { action, beginTurn, dialog, newRequestId, newSessionId, openLog } from "../support/turnlog.js";

/**
 * How large an answer may be, in bytes of JSON: a list or the answer of a write; a write that names many ids of the longest
 * kind; a whole record; rows that a document fixes.
 */
const [LIST, NAMES, RECORD, DOCUMENTED] = [24_000, 30_000, 1_000_000, 500_000];

const board = useBoard({ FIREBOARD_DEADLINE_MS: "60000" });
const long = (characters: number) => "日".repeat(characters);
const id = (name: string, n: number) => `${name}-${n}-`.padEnd(128, "x");
const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const now = new Date();

const project_id = id("project", 0);
const [session_id, task_id] = [id("session", 0), id("task", 0)];
const subtasks = many(199, (n) => id("sub", n));
let log: Record<string, string>;

/** Stores records of the largest kind, in the greatest number that one answer can be about. */
beforeAll(async () => {
  const writer = board.db.bulkWriter();
  const metadata = { large: "x".repeat(32_000) };
  const create = (path: string, fields: object) =>
    void writer.create(board.db.doc(path), { metadata, created_at: now, updated_at: now, ...fields });
  for (let n = 0; n < 20; n += 1)
    create(`projects/${id("project", n)}`, { name: long(500), description: long(50_000), status: "active" });
  const held = { agent_name: long(100), session_id, holder: "other", minutes: 60, expires_at: new Date(0) };
  const task = { project_id, title: long(500), description: long(50_000), priority: "critical" };
  const depends_on = many(100, (n) => id("dependency", n));
  create(`tasks/${task_id}`, { ...task, status: "todo", depends_on, lease: held });
  for (const path of depends_on) create(`tasks/${path}`, { ...task, project_id: "other", status: "done" });
  for (const path of subtasks)
    create(`tasks/${path}`, {
      ...task,
      status: "in_progress",
      description: null,
      parent_task_id: task_id,
      metadata: {},
    });
  const session = { project_id, agent_name: long(100), title: long(500), model: long(500), story_id: long(500) };
  const notes = { progress_summary: long(8_000), handoff_notes: long(40_000), context_artifacts: metadata };
  const tags = many(1_000, () => long(100));
  for (let n = 0; n < 10; n += 1) {
    const state = n === 0 ? { status: "active" } : { status: "completed", ended_at: now };
    const common = {
      ...session,
      ...notes,
      ...state,
      phase: long(500),
      kind: "board",
      started_at: now,
      last_seen_at: now,
    };
    // Three of them have more tags than an answer of the turn log holds.
    create(`sessions/${id("session", n)}`, n < 3 ? { ...common, tags } : common);
  }
  for (const [n, path] of subtasks.entries())
    create(`activity_log/${id("entry", n)}`, {
      ...{ project_id, session_id, task_id: path, agent_name: long(100), action: "commented" },
      ...{ details: long(4_000), created_at: new Date(now.getTime() + n) },
    });
  await writer.close();
  log = { sessionId: await openLog(board), requestId: "" };
  log.requestId = await beginTurn(board, { sessionId: log.sessionId });
}, 60_000);

/** A call of each tool whose answer is the largest, and how large that may be; in the order in which they are made. */
const CALLS: Record<string, [most: number, args: () => Record<string, unknown>]> = {
  board_get_projects: [LIST, () => ({ limit: 200 })],
  board_get_tasks: [LIST, () => ({ project_id, detail: "full", limit: 200 })],
  board_get_task: [RECORD, () => ({ task_id })],
  board_get_sessions: [LIST, () => ({ project_id, limit: 200 })],
  board_get_session: [RECORD, () => ({ session_id })],
  board_get_handoff: [LIST, () => ({ project_id })],
  board_get_activity: [LIST, () => ({ project_id, limit: 200 })],
  board_search: [LIST, () => ({ query: long(20), limit: 200 })],
  sessionQuery: [DOCUMENTED, () => ({ limit: 1_000 })],
  sessionlog_query_history: [DOCUMENTED, () => ({ limit: 200 })],
  session_init: [LIST, () => ({ project_id, scope: "full", agent_id: long(100), intent: long(300) })],
  end_session: [LIST, () => ({ agent_id: long(100), summary: long(8_000) })],
  board_create_project: [LIST, () => ({ name: long(500) })],
  board_update_project: [LIST, () => ({ project_id, name: `${long(499)}x`, priority: "low", description: "d" })],
  board_create_task: [LIST, () => ({ project_id, title: long(500), session_id: id("session", 1) })],
  board_create_tasks: [NAMES, () => ({ project_id, tasks: many(100, () => ({ title: long(500) })) })],
  board_update_task: [LIST, () => ({ task_id, title: `${long(499)}x`, session_id: id("session", 1), status: "done" })],
  board_bulk_update_tasks: [LIST, () => ({ task_ids: subtasks.slice(0, 100), priority: "low" })],
  board_claim_task: [RECORD, () => ({ project_id, agent_name: "ann" })],
  board_log_activity: [LIST, () => ({ agent_name: "ann", action: "found", session_id: id("session", 1) })],
  board_checkpoint_session: [LIST, () => ({ session_id, handoff_notes: long(40_000) })],
  board_end_session: [NAMES, () => ({ session_id, progress_summary: long(8_000) })],
  board_create_session: [LIST + 1_000, () => ({ project_id, agent_name: long(100), title: long(500) })],
  board_delete_task: [NAMES, () => ({ task_id, cascade_subtasks: true, require_done: false })],
  sessionCreate: [LIST, () => ({ agentName: long(100), storyId: long(500), phase: long(500), sessionId: UUID })],
  sessionUpdate: [LIST, () => ({ sessionId: UUID, inputTokens: 1 })],
  sessionComplete: [LIST, () => ({ sessionId: UUID })],
  sessionCleanup: [LIST, () => ({ dryRun: true })],
  sessionlog_bootstrap: [LIST, () => ({})],
  sessionlog_open_session: [LIST, () => ({ agent: "ClaudeCowork", sessionId: newSessionId(), title: long(500) })],
  sessionlog_current_session: [DOCUMENTED, () => ({ sessionId: session_id })],
  sessionlog_update_turn: [LIST, () => ({ ...log, interpretation: long(20_000) })],
  sessionlog_append_dialog: [LIST, () => ({ ...log, dialogItems: dialog(500) })],
  sessionlog_append_actions: [LIST, () => ({ ...log, actions: many(500, (n) => action("edit", `src/${n}.ts`)) })],
  sessionlog_complete_turn: [LIST, () => ({ ...log, response: long(20_000) })],
  sessionlog_begin_turn: [
    LIST,
    () => ({ ...log, requestId: newRequestId(), queryTitle: "t", queryText: long(20_000) }),
  ],
  sessionlog_fail_turn: [LIST, () => ({ sessionId: log.sessionId, errorMessage: long(20_000) })],
  sessionlog_close_session: [LIST, () => ({ sessionId: log.sessionId })],
};
const UUID = "0b9a3c1e-5d2f-4e6a-8b7c-9d0e1f2a3b4c";

describe("on a board of the largest records, the answer of every tool keeps its limit:", () => {
  it("each tool is in the table", () => {
    expect(Object.keys(CALLS).sort()).toEqual(TOOLS.map(({ name }) => name).sort());
  });

  it.each(Object.entries(CALLS))("%s", async (tool, [most, args]) => {
    const outcome: Answer = await outcomeOf(board, tool, args());
    expect(outcome.refusal).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(outcome.result))).toBeLessThanOrEqual(most);
  });

  it("a conflict, which shows the record as it is now", async () => {
    const refused = { task_id: id("dependency", 1), title: "x", if_updated_at: new Date(0).toISOString() };
    const { refusal }: Answer = await outcomeOf(board, "board_update_task", refused);
    expect(refusal.details.current.description).toHaveLength(50_000);
    expect(Buffer.byteLength(JSON.stringify(refusal))).toBeLessThanOrEqual(RECORD);
  });
});
