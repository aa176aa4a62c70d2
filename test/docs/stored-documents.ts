import { isDeepStrictEqual } from "node:util";
import type { Firestore } from "@google-cloud/firestore";
import { createToken } from "../../src/access/token-store.js";
import type { Call } from "../../src/board/core/call.js";
import { startEngine } from "../../src/embedded/index.js";
import { COLLECTIONS, SUB_COLLECTIONS } from "../../src/firestore/collections.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { TOOLS } from "../../src/tools/index.js";
import { callOn } from "../support/call.js";
import { openDatabase } from "../support/open-database.js";

/** A stored document: the name of its collection, and its fields. */
export interface StoredDocument {
  collection: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A value that a tool stored: `collection.field`, and the tool. */
export interface StoredValue {
  field: string;
  tool: string;
}

/** What the tools leave behind when each of them has been used. */
export interface Stored {
  documents: StoredDocument[];
  values: StoredValue[];
}

/** Uses every tool that writes, and makes a token, on a store of its own, and tells what is stored then and which tool stored it. */
export async function useEveryTool(): Promise<Stored> {
  const engine = await startEngine({ file: ":memory:", indexes: loadIndexes("") });
  const { store, db } = await openDatabase({
    mode: "emulator",
    host: `${engine.host}:${engine.port}`,
    projectId: "demo-x",
    databaseId: "(default)",
    collectionPrefix: "",
  });
  try {
    const { connection } = callOn(store);
    const values: StoredValue[] = [];
    let before: Documents = new Map();
    await play(async (name, args, { key, holder = "holder" } = {}) => {
      const answer = await use({ ...callOn(store), connection, holder }, name, args, key);
      const after = await readAll(db);
      values.push(...differences(before, after).map((field) => ({ field, tool: name })));
      before = after;
      return answer;
    });
    await createToken(store, { name: "n", role: "agent", projects: null, expires_at: new Date(0) }, callOn(store));
    return { documents: [...(await readAll(db)).values()], values };
  } finally {
    await store.close();
    await engine.close();
  }
}

type Use = (
  tool: string,
  args: Record<string, unknown>,
  from?: { key?: string; holder?: string },
) => Promise<Record<string, unknown>>;

async function use(call: Call, name: string, args: Record<string, unknown>, key?: string) {
  const tool = TOOLS.find((one) => one.name === name);
  if (!tool) throw new TypeError(`there is no tool ${name}`);
  const idempotency = key === undefined ? null : { principal: null, tool: name, project_id: null, key, args };
  return await tool.handler({ ...call, id: call.newId(), client: "a-client", idempotency }, tool.input.parse(args));
}

async function play(use: Use): Promise<void> {
  const { id: project_id } = await use("board_create_project", { name: "p", description: "d" }, { key: "k" });
  await use("board_update_project", {
    project_id,
    name: "q",
    description: "e",
    status: "paused",
    priority: "low",
    metadata: { a: 1 },
  });
  const { id: other } = await use("board_create_project", { name: "other", metadata: { a: 1 } });

  const opened = { project_id, agent_name: "ada", title: "t", model: "m", story_id: "s", phase: "p" };
  await use("board_create_session", { ...opened, metadata: { a: 1 } });
  for (const save of ["board_checkpoint_session", "board_end_session"] as const) {
    const { session_id } = await use("board_create_session", opened);
    await use(save, { session_id, progress_summary: "s" }, { holder: "stranger" });
  }
  const { session_id } = await use("board_create_session", { ...opened, session_type: "team" });
  const notes = { session_id, progress_summary: "s", handoff_notes: "n", context_artifacts: { a: 1 } };
  await use("board_checkpoint_session", notes);
  const task_id = await workOnTasks(use, { project_id, other, session_id });
  const elsewhere = { holder: "other" };
  await use("board_create_session", { ...opened, if_active: "join" }, elsewhere);
  const theirs = { session_id, progress_summary: "u", handoff_notes: "p", context_artifacts: { c: 1 } };
  await use("board_checkpoint_session", theirs, elsewhere);
  await use(
    "board_end_session",
    { ...theirs, progress_summary: "v", handoff_notes: "q", context_artifacts: { d: 1 } },
    elsewhere,
  );
  await use("board_end_session", { ...notes, progress_summary: "t", handoff_notes: "o", context_artifacts: { b: 1 } });

  const tokens = { inputTokens: 1, outputTokens: 2, cachedTokens: 3 };
  const labels = { storyId: "s", phase: "p", projectId: other, startedAt: "2020-01-01T00:00:00Z" };
  const { sessionId } = await use("sessionCreate", { agentName: "ada", ...labels, ...tokens });
  await use("sessionUpdate", { sessionId, ...tokens });
  await keepTurns(use, { sessionId });
  await use("sessionComplete", { sessionId, ...tokens, endedAt: "2020-01-02T00:00:00Z" });
  await use("sessionCleanup", { retentionDays: 1 });

  const log = { agent: "Ada", sessionId: "Ada-20260409T120000Z-x" };
  await use("sessionlog_open_session", { ...log, title: "t", model: "m" });
  await keepTurns(use, log);
  await use("sessionlog_close_session", log);

  const agent = { agent_id: "ada", model: "m", provider: "p" };
  await use("session_init", { ...agent, intent: "i", project_id: other });
  await use("session_init", { ...agent, intent: "j", project_id: other });
  const usage = { input_tokens: 1, output_tokens: 2, cost_usd: 0.1 };
  await use("end_session", {
    ...agent,
    ...usage,
    task_id,
    summary: "one two three four five six seven eight nine ten",
  });
  await use("end_session", { ...agent, ...usage, summary: "one two three four five six seven eight nine", model: "n" });
}

/** Gives the id of a task that is done. */
async function workOnTasks(use: Use, ids: Record<"project_id" | "other" | "session_id", unknown>) {
  const { project_id, other, session_id } = ids;
  const marks = { labels: ["l"], due_at: "2026-12-01", external_ref: { source: "s", id: "i" } };
  const details = { description: "d", assigned_agent: "bob", riper_mode: "plan", metadata: { a: 1 }, ...marks };
  const { id: done } = await use("board_create_task", { project_id, title: "t", status: "done" });
  const { id: parent } = await use("board_create_task", { project_id, title: "t" });
  const related = { depends_on: [done], parent_task_id: parent };
  await use("board_create_task", { project_id, title: "t", session_id, ...details, ...related });
  const tasks = [{ title: "t", ...details, ...related, status: "done" }];
  await use("board_create_tasks", { project_id, session_id, tasks });
  const { id: task_id } = await use("board_create_task", { project_id, title: "u" });
  await use("board_claim_task", { task_id: parent, agent_name: "ada", session_id });
  const changed = { status: "done", priority: "low", assigned_agent: "bob", session_id };
  await use("board_bulk_update_tasks", { task_ids: [parent], ...changed });
  await use("board_bulk_update_tasks", { task_ids: [parent], project_id: other });
  const { id: sibling } = await use("board_create_task", { project_id, title: "t" });
  const moved = { depends_on: [done, sibling], parent_task_id: sibling };
  await use("board_update_task", { task_id, title: "v", ...details, ...moved, status: "done", priority: "low" });
  await use("board_update_task", { task_id, project_id: other });
  await use("board_delete_task", { task_id: done });
  await use("board_claim_task", { task_id: sibling, agent_name: "ada", session_id });
  await use("board_update_task", { task_id: sibling, assigned_agent: "bob", session_id });
  await use("board_log_activity", { agent_name: "ada", action: "found", details: "d", task_id, session_id });
  const { id: queued } = await use("board_create_task", { project_id: other, title: "t" });
  await use("board_bulk_update_tasks", { task_ids: [queued], status: "in_progress" });
  return task_id;
}

/** Two turns of a session: one completed, one failed. */
async function keepTurns(use: Use, session: object): Promise<void> {
  const turn = { ...session, requestId: "req-20260409T120001Z-a" };
  const dialogItems = [{ role: "model", category: "reasoning", content: "c" }];
  const actions = [{ type: "edit", status: "completed", description: "d", filePath: "a.ts", order: 1 }];
  await use("sessionlog_begin_turn", { ...turn, queryTitle: "q", queryText: "q" });
  await use("sessionlog_append_dialog", { ...turn, dialogItems: [...dialogItems, ...dialogItems] });
  await use("sessionlog_append_actions", { ...turn, actions: [...actions, ...actions] });
  const texts = { response: "r", interpretation: "i" };
  await use("sessionlog_update_turn", { ...turn, ...texts, tokenCount: 1, tags: ["t"], contextList: ["c"] });
  await use("sessionlog_complete_turn", { ...turn, response: "s" });
  const failed = { ...session, requestId: "req-20260409T120002Z-b" };
  await use("sessionlog_begin_turn", { ...failed, queryTitle: "q", queryText: "q" });
  await use("sessionlog_fail_turn", { ...failed, errorMessage: "m", errorCode: "c" });
}

/** Documents by their path. */
type Documents = Map<string, StoredDocument>;

async function readAll(db: Firestore): Promise<Documents> {
  const names = [...COLLECTIONS, ...Object.keys(SUB_COLLECTIONS)];
  const found = await Promise.all(names.map((name) => db.collectionGroup(name).get()));
  const documents = found.flatMap(({ docs }) => docs);
  return new Map(documents.map((one) => [one.ref.path, { collection: one.ref.parent.id, fields: one.data() }]));
}

/** The fields, as `collection.field`, whose stored value is another one; what is empty in a new document is not counted. */
function differences(before: Documents, after: Documents): string[] {
  const changed = [...after].flatMap(([path, { collection, fields }]) => {
    const earlier = before.get(path)?.fields;
    return Object.entries(fields)
      .filter(([field, value]) => (earlier ? !isDeepStrictEqual(value, earlier[field]) : !isEmpty(value)))
      .map(([field]) => `${collection}.${field}`);
  });
  return [...new Set(changed)];
}

function isEmpty(value: unknown): boolean {
  return value === null || value === 0 || (typeof value === "object" && isDeepStrictEqual({ ...value }, {}));
}
