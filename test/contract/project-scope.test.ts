import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listActivity } from "../../src/board/activity/list.js";
import { getHandoff } from "../../src/board/handoff/get.js";
import { scopeStore } from "../../src/board/scope/scope-store.js";
import { listTasks } from "../../src/board/tasks/list.js";
import { updateTask } from "../../src/board/tasks/update.js";
import { IDS } from "../../src/firestore/masks.js";
import type { Store, Tx } from "../../src/firestore/store.js";
import { selectTools } from "../../src/tools/select.js";
import { useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import { type Agent, type Answer, outcomeOf, startAgent } from "../support/client.js";
import { hostileArguments, type KnownIds } from "../support/hostile.js";
import { lane } from "../support/lane.js";
import { beginTurn, openLog } from "../support/turnlog.js";

const board = useBoard();

/** Part of every text of the other project, so that an answer which shows anything of it can be recognised. */
const SECRET = "elsewhere";

/** An agent that works on both projects. */
const SHARED_AGENT = "shared-agent";

interface Ids {
  project: string;
  task: string;
  session: string;
}
let own: Ids;
let other: Ids;
/** Ids of the other project, by the name of their argument. */
let foreign: KnownIds;
/** An agent whose server has the own project alone. */
let agent: Agent;

/** Makes a project with a task, its subtask, an ended session and an active one. */
async function makeProject({ call }: Agent, text: string): Promise<Ids> {
  const described = { description: text, priority: "critical" };
  const { id: project } = await call("board_create_project", { name: text, ...described });
  const { id: task } = await call("board_create_task", { project_id: project, title: text, ...described });
  await call("board_create_task", { project_id: project, title: text, parent_task_id: task, depends_on: [task] });
  const opened = { project_id: project, agent_name: text, title: text };
  const { session_id: ended } = await call("board_create_session", opened);
  await call("board_end_session", { session_id: ended, progress_summary: text, handoff_notes: text });
  const { session_id: session } = await call("board_create_session", opened);
  await call("board_claim_task", { task_id: task, agent_name: SHARED_AGENT, session_id: session });
  await call("board_log_activity", { agent_name: text, action: "found", details: text, task_id: task });
  return { project, task, session };
}

beforeAll(async () => {
  // A server of its own, closed before the tests: its heartbeats would change what it opened.
  const setup = await startAgent(board.database.env);
  other = await makeProject(setup, SECRET);
  own = await makeProject(setup, "here");
  await setup.close();
  foreign = { project_id: [other.project], task_id: [other.task], session_id: [other.session] };
  agent = await startAgent({ ...board.database.env, FIREBOARD_ONLY_PROJECT: own.project });
});
afterAll(() => agent?.close());

/** Every document of the other project. */
async function elsewhere(): Promise<unknown[]> {
  const answers = await Promise.all([
    board.db.collection("projects").where("name", "==", SECRET).get(),
    ...(["tasks", "sessions", "activity_log"] as const).map((name) =>
      board.db.collection(name).where("project_id", "==", other.project).get(),
    ),
  ]);
  return answers.flatMap(({ docs }) => docs.map((doc) => [doc.ref.path, doc.data()]));
}

describe("a server of one project works on it without getting its id", () => {
  it("reads it", async () => {
    const { projects } = await agent.call("board_get_projects");
    expect(projects).toMatchObject([{ id: own.project, total_tasks: 2 }]);
    expect(await agent.call("board_get_projects", { status: "archived" })).toEqual({ projects: [], next_cursor: null });
    expect((await agent.call("board_get_tasks")).tasks).toHaveLength(2);
    expect(await agent.call("board_get_task", { task_id: own.task })).toMatchObject({ blocking: [{ title: "here" }] });
    expect(await agent.call("board_get_handoff")).toMatchObject({ project: { id: own.project }, active_task_count: 2 });
    expect((await agent.call("board_get_sessions")).sessions).toHaveLength(2);
    expect((await agent.call("board_get_activity", { limit: 200 })).entries.length).toBeGreaterThan(5);
    expect((await agent.call("board_search", { query: "here" })).hits.length).toBeGreaterThan(3);
  });

  it("changes it", async () => {
    const { id } = await agent.call("board_create_task", { title: "new", priority: "high" });
    expect(await board.stored("tasks", id)).toMatchObject({ project_id: own.project });
    const claimed = await agent.call("board_claim_task", { agent_name: "worker" });
    expect(claimed.task).toMatchObject({ id, assigned_agent: "worker" });
    expect((await agent.call("board_update_task", { task_id: id, status: "done" })).changes).toEqual(["status"]);
    const logged = await agent.call("board_log_activity", { agent_name: "worker", action: "thought" });
    expect(await board.stored("activity_log", logged.id)).toMatchObject({ project_id: own.project });
    const { session_id, abandoned_sessions } = await agent.call("board_create_session", { agent_name: "worker" });
    expect(abandoned_sessions).toBe(1);
    expect(await board.stored("sessions", session_id)).toMatchObject({ project_id: own.project });
  });

  it("keeps telemetry, the turn log and clean-ups inside it", async () => {
    const { sessionId } = await agent.call("sessionCreate", { agentName: "leader" });
    expect(await board.stored("sessions", sessionId)).toMatchObject({ project_id: own.project, kind: "context" });
    const log = await openLog(agent);
    expect(await board.stored("sessions", log)).toMatchObject({ project_id: own.project, kind: "log" });
    await beginTurn(agent);
    const { sessions } = await agent.call("sessionlog_query_history", { limit: 50 });
    expect(sessions.map((session: Answer) => session.sessionId)).toContain(log);
    expect(sessions.map((session: Answer) => session.sessionId)).not.toContain(other.session);

    const ended = { kind: "context", status: "completed", ended_at: new Date(0), started_at: new Date(0) };
    const old = {
      [own.project]: board.db.doc("sessions/old-own"),
      [other.project]: board.db.doc("sessions/old"),
    };
    for (const [project_id, ref] of Object.entries(old)) await ref.set({ ...ended, project_id });
    expect(await agent.call("sessionCleanup", { retentionDays: 1, dryRun: true })).toMatchObject({ count: 1 });
    expect(await agent.call("sessionCleanup", { retentionDays: 1 })).toMatchObject({ count: 1, remaining: 0 });
    expect((await old[own.project]?.get())?.exists).toBe(false);
    expect((await old[other.project]?.get())?.exists).toBe(true);
    await old[other.project]?.delete();
  });

  it("repeats a call under its key once, and shares keys with a server that gets the project as argument", async () => {
    const task = { title: "once", idempotency_key: "k" };
    const { id } = await agent.call("board_create_task", task);
    expect(await agent.call("board_create_task", task)).toMatchObject({ id });
    expect(await board.call("board_create_task", { ...task, project_id: own.project })).toMatchObject({ id });
  });
});

describe("heartbeats of a server of one project", () => {
  it("renew nothing of another one", async () => {
    const lease = async (task: string) => (await board.stored("tasks", task)).lease.expires_at.toMillis();
    const before = await lease(other.task);
    const beating = { FIREBOARD_ONLY_PROJECT: own.project, FIREBOARD_HEARTBEAT_MS: "100" };
    const holder = await startAgent({ ...board.database.env, ...beating });
    const { id } = await holder.call("board_create_task", { title: "mine" });
    // The same agent holds a task of the other project.
    await holder.call("board_claim_task", { task_id: id, agent_name: SHARED_AGENT });
    const claimed = await lease(id);
    await vi.waitFor(async () => expect(await lease(id)).toBeGreaterThan(claimed), { timeout: 30_000 });
    await holder.close();
    expect(await lease(other.task)).toBe(before);
  });
});

/** Runs a transaction that writes. */
async function commit(store: Store, write: (tx: Tx) => void): Promise<void> {
  await store.transaction(async (tx) => write(tx), new AbortController().signal);
}

/** What can be asked of a part of a store; it is a plain object, so that it inherits nothing more. */
function members(part: object | undefined): string[] {
  expect(Object.getPrototypeOf(part)).toBe(Object.prototype);
  return Object.getOwnPropertyNames(part).sort();
}

describe("the store of one project", () => {
  let store: Store;
  beforeAll(() => {
    store = scopeStore(board.store, [own.project]);
  });

  it("has what the types name and nothing besides that would go past it", async () => {
    const query = store.query("subtasks", { values: { parent_task_id: own.task }, mask: IDS, limit: 1 });
    const { docs } = await query.get();
    expect(members(store)).toEqual(members(board.store));
    expect(members(query)).toEqual(["args", "count", "get", "shape", "sums"]);
    expect(members(docs[0])).toEqual(["data", "exists", "get", "id", "ref", "updateTime"]);
    for (const ref of [store.ref("tasks", own.task), docs[0]?.ref])
      expect(members(ref)).toEqual(["collection", "get", "id", "parent", "path", "update"]);
    await commit(store, (tx) =>
      expect(members(tx)).toEqual(["create", "delete", "get", "getAll", "set", "update", "verify"]),
    );
  });

  it("reads, counts and sums nothing of another one", async () => {
    const [task, session] = [store.ref("tasks", other.task), store.ref("sessions", other.session)];
    expect((await task.get()).data()).toBeUndefined();
    expect((await store.getAll([task, session])).map(({ exists }) => exists)).toEqual([false, false]);
    const inTransaction = await store.transaction(
      async (tx) => (await tx.getAll([task])).map((snapshot) => [snapshot.exists, snapshot.get("title")]),
      new AbortController().signal,
    );
    expect(inTransaction).toEqual([[false, undefined]]);
    const [subtasks, counted, totals] = [
      store.query("subtasks", { values: { parent_task_id: other.task }, limit: 10 }),
      store.query("taskCounts", { values: { project_id: other.project, status: "todo" }, limit: "all" }),
      store.query("sessionTotals", { values: { project_id: other.project }, limit: "all" }),
    ];
    expect(await subtasks.count()).toBe(0);
    expect(await counted.count()).toBe(0);
    await expect(totals.sums()).rejects.toMatchObject({ code: "project_not_found" });
    expect(await store.query("subtasks", { values: { parent_task_id: own.task }, limit: 10 }).count()).toBe(1);
  });

  it("gives nothing away and moves nothing of another one", async () => {
    const before = await elsewhere();
    const away = { project_id: other.project };
    const { docs } = await store.query("subtasks", { values: { parent_task_id: own.task }, mask: IDS, limit: 1 }).get();
    const refs = [store.ref("tasks", own.task), ...docs.map(({ ref }) => ref)];
    expect(refs).toHaveLength(2);
    for (const ref of refs) {
      await expect(ref.update(away)).rejects.toMatchObject({ code: "permission_denied" });
      await expect(commit(store, (tx) => tx.update(ref, away))).rejects.toMatchObject({ code: "permission_denied" });
      await expect(commit(store, (tx) => tx.set(ref, away))).rejects.toMatchObject({ code: "permission_denied" });
    }
    const moved = store.moveDocument({
      from: store.ref("sessions", other.session),
      to: store.ref("sessions_archive", other.session),
      levels: 2,
      mayMove: () => true,
      goOn: () => true,
      signal: new AbortController().signal,
    });
    expect(await moved).toBe(false);
    expect(await elsewhere()).toEqual(before);
  });
});

describe("a server of one project has no other", () => {
  it.each<[tool: string, args: () => Record<string, unknown>, code: string]>([
    ["board_get_task", () => ({ task_id: other.task }), "task_not_found"],
    ["board_update_task", () => ({ task_id: other.task, title: "x" }), "task_not_found"],
    ["board_update_task", () => ({ task_id: own.task, depends_on: [other.task] }), "task_not_found"],
    ["board_update_task", () => ({ task_id: own.task, project_id: other.project }), "invalid_argument"],
    ["board_bulk_update_tasks", () => ({ task_ids: [own.task, other.task], priority: "low" }), "task_not_found"],
    ["board_delete_task", () => ({ task_id: other.task, require_done: false }), "task_not_found"],
    ["board_claim_task", () => ({ task_id: other.task, agent_name: SECRET }), "task_not_found"],
    ["board_create_task", () => ({ title: "x", parent_task_id: other.task }), "task_not_found"],
    ["board_create_task", () => ({ title: "x", session_id: other.session }), "session_not_found"],
    ["board_create_session", () => ({ project_id: other.project }), "invalid_argument"],
    ["board_checkpoint_session", () => ({ session_id: other.session, handoff_notes: "x" }), "session_not_found"],
    ["board_end_session", () => ({ session_id: other.session, progress_summary: "x" }), "session_not_found"],
    ["board_get_session", () => ({ session_id: other.session }), "session_not_found"],
    ["board_get_handoff", () => ({ since: other.session }), "session_not_found"],
    ["board_log_activity", () => ({ agent_name: "a", action: "x", task_id: other.task }), "task_not_found"],
    ["board_log_activity", () => ({ agent_name: "a", action: "x", session_id: other.session }), "session_not_found"],
  ])("%s refuses its ids", async (tool, args, code) => {
    await expect(agent.call(tool, args())).toFailWith(code);
  });

  it.each<[tool: string, args: () => Record<string, unknown>, list: string]>([
    ["board_get_activity", () => ({ task_id: other.task }), "entries"],
    ["board_get_activity", () => ({ session_id: other.session }), "entries"],
    ["board_get_activity", () => ({ agent_name: SECRET }), "entries"],
    ["board_get_sessions", () => ({ agent_name: SECRET }), "sessions"],
    ["board_get_tasks", () => ({ parent_task_id: other.task }), "tasks"],
    ["board_search", () => ({ query: SECRET }), "hits"],
  ])("%s finds none of it", async (tool, args, list) => {
    expect((await agent.call(tool, args()))[list]).toEqual([]);
  });

  it("and the board's own functions find none when they are given its id", async () => {
    const store = scopeStore(board.store, [own.project]);
    const call = callOn(store);
    await expect(getHandoff(call, { project_id: other.project, max_tokens: 1_000 })).rejects.toMatchObject({
      code: "project_not_found",
    });
    const tasks = { project_id: other.project, detail: "full", limit: 50 } as const;
    await expect(listTasks(call, tasks)).rejects.toMatchObject({ code: "project_not_found" });
    expect(await listActivity(call, { project_id: other.project, limit: 50 })).toMatchObject({ entries: [] });
    const moved = updateTask(call, { task_id: own.task, project_id: other.project });
    await expect(moved).rejects.toMatchObject({ code: "project_not_found" });
    const ref = store.ref("tasks", own.task);
    await expect(ref.update({ project_id: other.project })).rejects.toMatchObject({ code: "permission_denied" });
    const created = commit(store, (tx) => tx.create(store.ref("tasks", "x"), { project_id: other.project }));
    await expect(created).rejects.toMatchObject({ code: "permission_denied" });
  });

  it("a dependency on it counts as missing, and a task of it that depends on this one stays as it is", async () => {
    const needs = await board.task(own.project, { title: "needs", depends_on: [other.task] });
    expect(await agent.call("board_get_task", { task_id: needs })).toMatchObject({
      blocked_by: [{ id: other.task, title: null, status: null }],
    });
    const wanted = await board.task(own.project, { status: "done" });
    await board.task(other.project, { title: SECRET, depends_on: [wanted] });
    const before = await elsewhere();
    await agent.call("board_delete_task", { task_id: wanted });
    expect(await elsewhere()).toEqual(before);
  });

  it.each(selectTools({ project: "any" }).map((tool) => [tool.name, tool] as const))(
    "%s, by any arguments with its ids, neither reads nor changes it",
    async (name, tool) => {
      const before = await elsewhere();
      await fc.assert(
        fc.asyncProperty(hostileArguments(tool, foreign), async (args) => {
          // An answer may repeat its arguments: they hold ids of the other project, but none of its texts.
          expect(JSON.stringify(await outcomeOf(agent, name, args))).not.toContain(SECRET);
        }),
        { numRuns: lane === "embedded" ? 25 : 15 },
      );
      expect(await elsewhere()).toEqual(before);
    },
  );
});
