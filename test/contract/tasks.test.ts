import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";

const board = useBoard();

describe("board_create_task", () => {
  it("creates a task of the project with its entry", async () => {
    const project_id = await board.project();
    const parent_task_id = await board.task(project_id);
    const dependency = await board.task(await board.project());
    const created = await board.call("board_create_task", {
      project_id,
      title: "Build",
      priority: "high",
      parent_task_id,
      depends_on: [dependency, dependency],
      riper_mode: "plan",
      assigned_agent: "",
    });
    expect(created).toEqual({
      id: created.id,
      title: "Build",
      status: "todo",
      priority: "high",
      message: "Task created",
    });
    expect(await board.stored("tasks", created.id)).toMatchObject({
      project_id,
      parent_task_id,
      depends_on: [dependency],
      riper_mode: "plan",
      assigned_agent: null,
      description: null,
      metadata: {},
      lease: null,
      started_at: null,
      completed_at: null,
    });
    const entry = (await board.entries(project_id)).at(-1);
    expect(entry).toMatchObject({ action: "created", task_id: created.id, metadata: { from: null, to: "todo" } });
  });

  it.each([
    ["in_progress", { started: true, completed: false }],
    ["done", { started: true, completed: true }],
    ["blocked", { started: false, completed: false }],
  ])("sets the times of a task created as %s", async (status, { started, completed }) => {
    const stored = await board.stored("tasks", await board.task(await board.project(), { status }));
    expect(stored.started_at !== null).toBe(started);
    expect(stored.completed_at !== null).toBe(completed);
  });

  it("refuses what does not exist, another project's parent, and an archived project", async () => {
    const project_id = await board.project();
    const elsewhere = await board.task(await board.project());
    const create = (fields: object) => board.call("board_create_task", { project_id, title: "x", ...fields });
    await expect(create({ project_id: "nope" })).toFailWith("project_not_found");
    await expect(create({ parent_task_id: "nope" })).toFailWith("task_not_found");
    await expect(create({ depends_on: ["nope"] })).toFailWith("task_not_found");
    await expect(create({ session_id: "nope" })).toFailWith("session_not_found");
    await expect(create({ parent_task_id: elsewhere })).toFailWith("invalid_argument");
    await board.call("board_update_project", { project_id, status: "archived" });
    await expect(create({})).toFailWith("project_archived");
    expect((await board.entries(project_id)).map(({ action }) => action)).toEqual(["created", "updated"]);
  });

  it("accepts an ended session with a warning, and takes the entry's agent from the session", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "alice" });
    await board.call("board_create_session", { project_id });
    const created = await board.call("board_create_task", { project_id, title: "late", session_id });
    expect(created.warnings).toEqual([expect.stringContaining("abandoned")]);
    expect((await board.entries(project_id)).at(-1)).toMatchObject({ agent_name: "alice", session_id });
  });
});

describe("board_update_task", () => {
  it("keeps the times of a task right through all its statuses", async () => {
    const task_id = await board.task(await board.project());
    const times = async (status: string) => {
      await board.call("board_update_task", { task_id, status });
      const { started_at, completed_at } = await board.call("board_get_task", { task_id });
      return { started_at, completed_at };
    };
    const { started_at } = await times("in_progress");
    expect(started_at).not.toBeNull();
    expect(await times("blocked")).toEqual({ started_at, completed_at: null });
    expect(await times("review")).toEqual({ started_at, completed_at: null });
    expect(await times("done")).toEqual({ started_at, completed_at: expect.any(String) });
    expect(await times("in_progress")).toEqual({ started_at, completed_at: null });
    expect(await times("todo")).toEqual({ started_at: null, completed_at: null });
  });

  it.each([
    [{ status: "done", assigned_agent: "bob" }, "completed"],
    [{ status: "blocked", assigned_agent: "bob" }, "blocked"],
    [{ status: "in_progress", assigned_agent: "bob", riper_mode: "execute" }, "claimed"],
    [{ riper_mode: "execute", title: "new" }, "mode_changed"],
    [{ title: "new" }, "updated"],
  ])("logs %j as %s", async (change, action) => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await board.call("board_update_task", { task_id, ...change });
    const entries = await board.entries(project_id);
    expect(entries.map((entry) => entry.action)).toEqual(["created", "created", action]);
    expect(entries.at(-1).call_id).toMatch(/^\w{20}$/);
  });

  it.each(["", null])("unassigns with %j and logs that as updated", async (assigned_agent) => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { assigned_agent: "bob" });
    const lease = { agent_name: "bob", session_id: null, expires_at: new Date(Date.now() + 60_000) };
    await board.store.ref("tasks", task_id).update({ lease });
    expect(await board.call("board_update_task", { task_id, assigned_agent })).toMatchObject({
      changes: ["assigned_agent"],
    });
    expect(await board.stored("tasks", task_id)).toMatchObject({ assigned_agent: null, lease: null });
    expect((await board.entries(project_id)).at(-1).action).toBe("updated");
  });

  it("writes and logs nothing when nothing would change", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { metadata: { a: { b: 1 } } });
    const before = (await board.store.ref("tasks", task_id).get()).updateTime;
    const same = { task_id, title: "A task", metadata: { a: { b: 1 } }, depends_on: [], assigned_agent: "" };
    expect(await board.call("board_update_task", same)).toMatchObject({ changes: [], warnings: [] });
    expect((await board.store.ref("tasks", task_id).get()).updateTime).toEqual(before);
    expect(await board.entries(project_id)).toHaveLength(2);
  });

  it("refuses cycles of dependencies and of parents, and names them", async () => {
    const project_id = await board.project();
    const a = await board.task(project_id);
    const b = await board.task(project_id, { depends_on: [a], parent_task_id: a });
    const c = await board.task(project_id, { depends_on: [b], parent_task_id: b });
    for (const change of [{ depends_on: [c] }, { parent_task_id: c }]) {
      const refused = board.call("board_update_task", { task_id: a, ...change });
      await expect(refused).toFailWith("dependency_cycle");
      await expect(refused).rejects.toThrow(`${a} -> ${c} -> ${b} -> ${a}`);
    }
    await expect(board.call("board_update_task", { task_id: a, depends_on: [a] })).toFailWith("dependency_cycle");
    await expect(board.call("board_update_task", { task_id: a, parent_task_id: a })).toFailWith("dependency_cycle");
  });

  it("moves a task to another project and names the subtasks that stay behind", async () => {
    const [from, to] = [await board.project(), await board.project()];
    const task_id = await board.task(from);
    const child = await board.task(from, { parent_task_id: task_id });
    const moved = await board.call("board_update_task", { task_id, project_id: to });
    expect(moved).toMatchObject({ changes: ["project_id"], warnings: [expect.stringContaining(child)] });
    expect((await board.entries(to)).at(-1)).toMatchObject({ task_id, action: "updated" });
    await expect(board.call("board_update_task", { task_id, project_id: "nope" })).toFailWith("project_not_found");
    await board.call("board_update_project", { project_id: from, status: "archived" });
    await expect(board.call("board_update_task", { task_id, project_id: from })).toFailWith("project_archived");
  });

  it("refuses an unknown task", async () => {
    await expect(board.call("board_update_task", { task_id: "nope", title: "x" })).toFailWith("task_not_found");
  });
});

describe("board_bulk_update_tasks", () => {
  it("changes what differs, counts duplicates once, and shares the rules of the single update", async () => {
    const project_id = await board.project();
    const [open, done] = [await board.task(project_id), await board.task(project_id, { status: "done" })];
    const before = (await board.store.ref("tasks", done).get()).updateTime;
    const result = await board.call("board_bulk_update_tasks", { task_ids: [open, done, open], status: "done" });
    expect(result).toEqual({ requested: 2, changed: 1, no_op: 1, message: "Tasks updated" });
    expect((await board.store.ref("tasks", done).get()).updateTime).toEqual(before);
    expect(await board.stored("tasks", open)).toMatchObject({ started_at: expect.anything(), status: "done" });
    const last = (await board.entries(project_id)).slice(3);
    expect(last).toEqual([expect.objectContaining({ action: "completed", task_id: open })]);
  });

  it("changes all or nothing", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const update = board.call("board_bulk_update_tasks", { task_ids: [task_id, "nope"], status: "done" });
    await expect(update).toFailWith("task_not_found");
    expect((await board.stored("tasks", task_id)).status).toBe("todo");
    expect(await board.entries(project_id)).toHaveLength(2);
  });

  it("takes 1 to 100 tasks", async () => {
    const project_id = await board.project();
    const task_ids: string[] = [];
    while (task_ids.length < 100) task_ids.push(await board.task(project_id));
    const update = (list: string[]) => board.call("board_bulk_update_tasks", { task_ids: list, priority: "low" });
    expect(await update(task_ids)).toMatchObject({ requested: 100, changed: 100 });
    await expect(update([])).toFailWith("invalid_argument");
    await expect(update([...task_ids, "one-more"])).toFailWith("invalid_argument");
  });
});

describe("board_delete_task", () => {
  it("deletes a done task, frees its dependents and keeps its activity", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { status: "done", title: "Gone", assigned_agent: "bob" });
    const other = await board.task(project_id);
    const waiting = await board.task(project_id, { depends_on: [task_id, other] });
    expect(await board.call("board_delete_task", { task_id })).toMatchObject({ deleted_task_ids: [task_id] });
    expect(await board.stored("tasks", task_id)).toBeUndefined();
    expect((await board.stored("tasks", waiting)).depends_on).toEqual([other]);
    const entries = await board.entries(project_id);
    expect(entries.filter((entry) => entry.task_id === task_id).map(({ action }) => action)).toEqual([
      "created",
      "deleted",
    ]);
    expect(entries.find(({ action }) => action === "deleted").metadata).toMatchObject({
      title: "Gone",
      status: "done",
      priority: "medium",
      assigned_agent: "bob",
    });
    expect(entries.at(-1)).toMatchObject({ call_id: entries.at(-2).call_id });
  });

  it("guards open tasks and subtasks without naming the arguments that override the guard", async () => {
    const project_id = await board.project();
    const open = await board.task(project_id);
    const parent = await board.task(project_id, { status: "done" });
    const child = await board.task(project_id, { parent_task_id: parent });
    for (const task_id of [open, parent]) {
      const refused = board.call("board_delete_task", { task_id });
      await expect(refused).toFailWith("guard_refused");
      await expect(refused).rejects.not.toMatchObject({ message: expect.stringMatching(/require_done|cascade/) });
      await expect(refused).rejects.not.toMatchObject({ hint: expect.stringMatching(/require_done|cascade/) });
    }
    const cascade = board.call("board_delete_task", { task_id: parent, cascade_subtasks: true });
    await expect(cascade).rejects.toThrow(child);
    const forced = { task_id: parent, cascade_subtasks: true, require_done: false };
    expect((await board.call("board_delete_task", forced)).deleted_task_ids.sort()).toEqual([parent, child].sort());
  });

  it("refuses an unknown task", async () => {
    await expect(board.call("board_delete_task", { task_id: "nope" })).toFailWith("task_not_found");
  });
});
