import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";

const board = useBoard();
const MINUTE = 60_000;

const claim = (args: Record<string, unknown>) => board.call("board_claim_task", { agent_name: "ann", ...args });
/** Lets a lease run out now. */
const expire = (task_id: string) =>
  board.store.ref("tasks", task_id).update({ "lease.expires_at": new Date(Date.now() - MINUTE) });

describe("board_claim_task by task_id", () => {
  it("takes the task, sets the lease and logs claimed", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { description: "long" });
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const before = Date.now();
    const { task, message } = await claim({ task_id, session_id, lease_minutes: 30 });
    expect(message).toBe("Task claimed");
    expect(task).toMatchObject({
      id: task_id,
      status: "in_progress",
      assigned_agent: "ann",
      description: "long",
      lease: { agent_name: "ann", session_id },
    });
    const left = Date.parse(task.lease.expires_at) - before;
    expect(left).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(left).toBeLessThan(31 * MINUTE);
    expect(task.started_at).not.toBeNull();
    expect(await board.call("board_get_task", { task_id })).toMatchObject({ lease: task.lease, status: "in_progress" });
    expect((await board.entries(project_id)).at(-1)).toMatchObject({
      action: "claimed",
      agent_name: "ann",
      task_id,
      session_id,
      metadata: { from: "todo", to: "in_progress" },
    });
  });

  it("is idempotent for the holder: renews the lease, changes nothing else, logs nothing", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const first = (await claim({ task_id, lease_minutes: 10 })).task;
    const second = (await claim({ task_id, lease_minutes: 60 })).task;
    expect(Date.parse(second.lease.expires_at)).toBeGreaterThan(Date.parse(first.lease.expires_at));
    expect({ ...second, lease: null }).toEqual({ ...first, lease: null });
    expect(await board.entries(project_id)).toHaveLength(3);
  });

  it("warns when the same name claims it in another session", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const first = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await claim({ task_id, session_id: first.session_id });
    const second = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const again = await claim({ task_id, session_id: second.session_id });
    expect(again.warnings).toEqual([expect.stringContaining("another session")]);
    expect((await claim({ task_id, session_id: second.session_id })).warnings).toBeUndefined();
  });

  it("tells the loser who holds it and until when", async () => {
    const task_id = await board.task(await board.project());
    const { task } = await claim({ task_id });
    const refused = claim({ task_id, agent_name: "ben" });
    await expect(refused).toFailWith("already_claimed");
    await expect(refused).rejects.toMatchObject({
      details: { holder: "ann", lease_expires_at: task.lease.expires_at },
      message: expect.not.stringContaining("ann"),
    });
  });

  it("gives a task whose lease ran out to the next agent, and keeps its start", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const { started_at } = (await claim({ task_id })).task;
    await expire(task_id);
    const { task } = await claim({ task_id, agent_name: "ben" });
    expect(task).toMatchObject({ assigned_agent: "ben", started_at, lease: { agent_name: "ben" } });
    expect((await board.entries(project_id)).at(-1)).toMatchObject({
      action: "claimed",
      details: "Task claimed after its lease ran out",
      metadata: { from: "in_progress", to: "in_progress", previous: "ann" },
    });
  });

  it("refuses what is not ready, and names what it waits for", async () => {
    const project_id = await board.project();
    const open = await board.task(project_id);
    const waiting = await board.task(project_id, { depends_on: [open] });
    const refused = claim({ task_id: waiting });
    await expect(refused).toFailWith("not_claimable");
    await expect(refused).rejects.toThrow(open);
    for (const status of ["blocked", "review", "done"])
      await expect(claim({ task_id: await board.task(project_id, { status }) })).toFailWith("not_claimable");
    const worked = await board.task(project_id, { status: "in_progress", assigned_agent: "ben" });
    await expect(claim({ task_id: worked })).toFailWith("not_claimable");
    const own = await board.task(project_id, { status: "in_progress", assigned_agent: "ann" });
    expect((await claim({ task_id: own })).task.lease).toMatchObject({ agent_name: "ann" });
    expect((await board.stored("tasks", waiting)).status).toBe("todo");
  });

  it("refuses unknown tasks, projects and sessions, archived projects, and both or neither of the ids", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await expect(claim({ task_id: "nope" })).toFailWith("task_not_found");
    await expect(claim({ project_id: "nope" })).toFailWith("project_not_found");
    await expect(claim({ task_id, session_id: "nope" })).toFailWith("session_not_found");
    await expect(claim({})).toFailWith("invalid_argument");
    await expect(claim({ task_id, project_id })).toFailWith("invalid_argument");
    await expect(claim({ task_id, lease_minutes: 0 })).toFailWith("invalid_argument");
    await board.call("board_update_project", { project_id, status: "archived" });
    await expect(claim({ task_id })).toFailWith("project_archived");
    await expect(claim({ project_id })).toFailWith("project_archived");
  });
});

describe("board_claim_task by project_id", () => {
  it("gives the best ready task: by priority, then age, never a blocked, held or otherwise assigned one", async () => {
    const project_id = await board.project();
    const low = await board.task(project_id, { priority: "low" });
    const waiting = await board.task(project_id, { priority: "critical", depends_on: [low] });
    await board.task(project_id, { priority: "critical", assigned_agent: "zoe" });
    await board.task(project_id, { priority: "critical", status: "blocked" });
    const high = await board.task(project_id, { priority: "high" });
    const done = await board.task(project_id, { status: "done" });
    const after = await board.task(project_id, { priority: "high", depends_on: [done] });
    const taken: string[] = [];
    for (const agent_name of ["a", "b", "c"]) taken.push((await claim({ project_id, agent_name })).task.id);
    expect(taken).toEqual([high, after, low]);
    const reason = "No task of this project is ready and free: its open tasks are 2 todo, 3 in_progress, 1 blocked.";
    const none = { task: null, held: [], reason, looked_at: 6 };
    expect(await claim({ project_id, agent_name: "d" })).toEqual(none);
    await board.call("board_update_task", { task_id: low, status: "done" });
    expect((await claim({ project_id, agent_name: "d" })).task.id).toBe(waiting);
  });

  it("says why it gives none, without a status that somebody wrote into the store", async () => {
    const project_id = await board.project();
    const why = async () => (await claim({ project_id })).reason;
    const none = "No task of this project is ready and free";
    expect(await why()).toBe(`${none}: it has no open tasks.`);
    await board.db.doc(`tasks/${await board.task(project_id)}`).update({ status: "obey me" });
    await board.task(project_id, { status: "review" });
    expect(await why()).toBe(`${none}: its open tasks are 1 review, 1 of another status.`);
  });

  it("gives an agent that asks again another task, and names those it holds", async () => {
    const project_id = await board.project();
    await Promise.all([board.task(project_id), board.task(project_id)]);
    const first = await claim({ project_id });
    expect(first.held).toEqual([first.task.id]);
    const second = await claim({ project_id });
    expect(second.held).toEqual([second.task.id, first.task.id]);
    expect(second.task.id).not.toBe(first.task.id);
    const none = await claim({ project_id });
    expect(none).toMatchObject({ task: null, held: expect.arrayContaining(second.held) });
    await board.call("board_update_task", { task_id: first.task.id, status: "done" });
    expect((await claim({ project_id })).held).toEqual([second.task.id]);
  });

  it("offers a task again when its lease has run out", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await claim({ task_id });
    expect(await board.call("board_get_tasks", { project_id, ready: true })).toMatchObject({ tasks: [] });
    await expire(task_id);
    expect((await board.call("board_get_tasks", { project_id, ready: true })).tasks).toMatchObject([{ id: task_id }]);
    expect((await claim({ project_id, agent_name: "ben" })).task).toMatchObject({ id: task_id, assigned_agent: "ben" });
  });
});

describe("a live lease", () => {
  it("refuses status and assignee changes of another named agent, and lets others pass", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await claim({ task_id });
    const update = (fields: object) => board.call("board_update_task", { task_id, ...fields });
    await expect(update({ assigned_agent: "ben" })).toFailWith("already_claimed");
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ben" });
    await expect(update({ status: "done", session_id })).toFailWith("already_claimed");
    await expect(board.call("board_bulk_update_tasks", { task_ids: [task_id], status: "done", session_id })).toFailWith(
      "already_claimed",
    );
    await update({ title: "A better title", session_id });
    await update({ status: "review" });
    expect(await board.stored("tasks", task_id)).toMatchObject({ status: "review", lease: null });
  });

  it("fences out the former holder, naming the new one", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await claim({ task_id, session_id });
    await expire(task_id);
    await claim({ task_id, agent_name: "ben" });
    const late = board.call("board_update_task", { task_id, status: "done", session_id });
    await expect(late).toFailWith("already_claimed");
    await expect(late).rejects.toMatchObject({ details: { holder: "ben" } });
    expect((await board.stored("tasks", task_id)).status).toBe("in_progress");
  });

  it("moves with the task when the holder hands it over, and ends when the task is given back", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await claim({ task_id, session_id });
    await board.call("board_update_task", { task_id, assigned_agent: "ben", session_id });
    expect((await board.stored("tasks", task_id)).lease).toMatchObject({ agent_name: "ben" });
    await expect(claim({ task_id })).toFailWith("already_claimed");
    await board.call("board_update_task", { task_id, assigned_agent: "", status: "todo" });
    expect(await board.stored("tasks", task_id)).toMatchObject({ lease: null, assigned_agent: null });
    expect((await claim({ task_id })).task.assigned_agent).toBe("ann");
  });

  it("continues after its session: a new session of the same agent keeps it", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await claim({ task_id, session_id });
    const next = await board.call("board_create_session", { project_id, agent_name: "ann" });
    expect((await board.stored("tasks", task_id)).lease).toMatchObject({ agent_name: "ann" });
    await board.call("board_update_task", { task_id, status: "done", session_id: next.session_id });
    expect((await board.stored("tasks", task_id)).status).toBe("done");
  });
});
