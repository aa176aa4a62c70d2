import { Timestamp } from "firebase-admin/firestore";
import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";

/** Edge cases of docs/contracts.md 1-3 in which a careless implementation answers `internal`, nothing or a wrong result. */
const board = useBoard();

const claim = (args: object) => board.call("board_claim_task", { agent_name: "ann", ...args });
const edit = (id: string, fields: object) => board.store.ref("tasks", id).update(fields);

describe("references that no document can have, entered in the console", () => {
  const BAD = ["", "a/b", "a//b", ".", "..", "__x__", "x".repeat(1_600)];

  it.each(BAD)("a dependency on %j counts as missing, for every tool", async (bad) => {
    const project_id = await board.project();
    const [task_id, free] = [await board.task(project_id), await board.task(project_id, { priority: "low" })];
    await edit(task_id, { depends_on: [bad] });
    const task = await board.call("board_get_task", { task_id });
    expect(task.blocked_by).toEqual([{ id: bad, title: null, status: null }]);
    const ready = await board.call("board_get_tasks", { project_id, ready: true });
    expect(ids(ready.tasks)).toEqual([free]);
    await expect(claim({ task_id })).toFailWith("not_claimable");
    expect((await claim({ project_id })).task.id).toBe(free);
    await board.call("board_update_task", { task_id, depends_on: [] });
    expect((await board.call("board_get_task", { task_id })).blocked_by).toEqual([]);
  });

  it.each(BAD)("a parent, project or entry that names %j makes no call fail", async (bad) => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const [task_id, other] = [await board.task(project_id), await board.task(project_id)];
    await edit(task_id, { parent_task_id: bad });
    await board.call("board_update_task", { task_id: other, parent_task_id: task_id });
    expect((await board.call("board_get_task", { task_id: other })).parent_task_id).toBe(task_id);
    const entry = { project_id, task_id: bad, session_id, agent_name: "ann", action: "found" };
    await board.db.doc(`activity_log/${project_id}-entry`).set({ ...entry, created_at: Timestamp.now() });
    const [found] = (await board.call("board_get_session", { session_id })).activity;
    // A row's texts are cut at 500 characters, and so is what only the console can have put there.
    expect(bad.startsWith(found.task_id.slice(0, 400)), found.task_id).toBe(true);
    await board.call("board_end_session", { session_id, progress_summary: "done" });
    await edit(task_id, { project_id: bad });
    await expect(claim({ task_id })).toFailWith("project_not_found");
  });
});

describe("board_claim_task under an idempotency key", () => {
  it("answers the first result after the task is deleted and the project archived", async () => {
    const project_id = await board.project();
    await board.task(project_id);
    const first = await claim({ project_id, idempotency_key: "k" });
    const { id: task_id } = first.task;
    const given = await claim({ task_id, idempotency_key: "k" });
    await board.call("board_update_task", { task_id, status: "done" });
    expect(await claim({ project_id, idempotency_key: "k" })).toEqual(first);
    await board.call("board_delete_task", { task_id });
    await board.call("board_update_project", { project_id, status: "archived" });
    expect(await claim({ project_id, idempotency_key: "k" })).toEqual(first);
    expect(await claim({ task_id, idempotency_key: "k" })).toEqual(given);
  });

  it("is a conflict for other arguments, even when tasks are ready", async () => {
    const project_id = await board.project();
    await board.task(project_id);
    await board.task(project_id);
    await claim({ project_id, idempotency_key: "k" });
    await expect(claim({ project_id, agent_name: "ben", idempotency_key: "k" })).toFailWith("conflict");
  });
});

describe("board_claim_task by project_id", () => {
  it("skips candidates that depend on open tasks of other projects", async () => {
    const [project_id, elsewhere] = [await board.project(), await board.project()];
    const open = await board.task(elsewhere);
    const finished = await board.task(elsewhere, { status: "done" });
    for (let at = 0; at < 5; at += 1) await board.task(project_id, { depends_on: [open], priority: "critical" });
    const ready = await board.task(project_id, { depends_on: [finished], priority: "low" });
    expect((await claim({ project_id })).task.id).toBe(ready);
  });

  it("finds the one ready task when the first look at candidates shows none", async () => {
    const project_id = await board.project();
    const blocker = await board.task(project_id, { status: "review", priority: "critical" });
    for (let at = 0; at < 40; at += 1) await board.task(project_id, { depends_on: [blocker], priority: "high" });
    const last = await board.task(project_id, { priority: "low" });
    expect((await claim({ project_id })).task.id).toBe(last);
    expect(await claim({ project_id })).toMatchObject({ task: null, held: [last] });
    expect(await claim({ project_id, agent_name: "ben" })).toMatchObject({ task: null, reason: expect.any(String) });
  });
});

describe("a lease on a task that a lead moved in the console", () => {
  it("does not count once the task is back in the queue", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await claim({ task_id });
    await edit(task_id, { status: "todo", assigned_agent: null });
    expect((await claim({ project_id, agent_name: "ben" })).task).toMatchObject({
      id: task_id,
      assigned_agent: "ben",
      lease: { agent_name: "ben" },
    });
  });

  it("is not renewed on a task that is done", async () => {
    const task_id = await board.task(await board.project());
    await claim({ task_id });
    await edit(task_id, { status: "done" });
    for (const agent_name of ["ann", "ben"]) await expect(claim({ task_id, agent_name })).toFailWith("not_claimable");
  });
});

it("a change of metadata leaves the other keys as a lead stored them", async () => {
  const project_id = await board.project({ metadata: { a: 1 } });
  const task_id = await board.task(project_id, { metadata: { a: 1 } });
  const due = Timestamp.fromMillis(1_767_225_600_000);
  await board.store.ref("projects", project_id).update({ "metadata.due": due });
  await edit(task_id, { "metadata.due": due });
  await board.call("board_update_project", { project_id, metadata: { a: 2 } });
  await board.call("board_update_task", { task_id, metadata: { a: 2, "b.c": 3 } });
  expect((await board.stored("projects", project_id)).metadata).toEqual({ a: 2, due });
  expect((await board.stored("tasks", task_id)).metadata).toEqual({ a: 2, "b.c": 3, due });
});

it("the hint for an unknown session names the call that lists sessions", async () => {
  const ended = board.call("board_end_session", { session_id: "nope", progress_summary: "x" });
  await expect(ended).rejects.toMatchObject({ hint: expect.stringContaining("board_get_sessions") });
});

it("a call that its client cancels is not logged as a bug of the server", async () => {
  const project_id = await board.project();
  const controller = new AbortController();
  const call = board.agent.client.callTool({ name: "board_get_handoff", arguments: { project_id } }, undefined, {
    signal: controller.signal,
  });
  controller.abort();
  await expect(call).rejects.toThrow();
  await board.call("board_get_projects");
  expect(board.agent.stderr()).not.toContain("tool_failed");
});
