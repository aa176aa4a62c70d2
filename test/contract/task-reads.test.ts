import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { allPages } from "../support/client.js";

const board = useBoard();
const MINUTE = 60_000;

describe("board_get_task", () => {
  it("shows the task with its subtasks, the tasks that block it and those it blocks", async () => {
    const project_id = await board.project();
    const done = await board.task(project_id, { status: "done" });
    const open = await board.task(project_id, { title: "Open" });
    const task_id = await board.task(project_id, { depends_on: [done, open], description: "long", metadata: { a: 1 } });
    const child = await board.task(project_id, { parent_task_id: task_id, title: "Child" });
    const next = await board.task(project_id, { depends_on: [task_id], title: "Next" });
    await board.store.ref("tasks", task_id).update({ depends_on: [done, open, "gone"] });
    expect(await board.call("board_get_task", { task_id })).toMatchObject({
      id: task_id,
      description: "long",
      metadata: { a: 1 },
      subtasks: [{ id: child, title: "Child", status: "todo" }],
      blocked_by: [
        { id: open, title: "Open", status: "todo" },
        { id: "gone", title: null, status: null },
      ],
      blocking: [{ id: next, title: "Next", status: "todo" }],
    });
    await expect(board.call("board_get_task", { task_id: "nope" })).toFailWith("task_not_found");
  });
});

describe("board_get_tasks", () => {
  it("lists open tasks by priority, unknown values last, then the oldest first, in pages", async () => {
    const project_id = await board.project();
    const made: Record<string, string> = {};
    for (const [name, fields] of Object.entries({
      low: { priority: "low" },
      second: { priority: "high" },
      third: { priority: "high", status: "review" },
      first: { priority: "critical" },
      done: { priority: "critical", status: "done" },
      odd: {},
    }))
      made[name] = await board.task(project_id, fields);
    await board.store.ref("tasks", made.odd as string).update({ priority: "urgent", status: "waiting" });

    const pages = await allPages(board, "board_get_tasks", { project_id, limit: 2 });
    expect(pages.flatMap(({ tasks }) => ids(tasks))).toEqual([made.first, made.second, made.third, made.low, made.odd]);
    const all = await board.call("board_get_tasks", { project_id, include_done: true });
    expect(ids(all.tasks)).toEqual([made.first, made.done, made.second, made.third, made.low, made.odd]);
  });

  it("filters by every field, alone and together", async () => {
    const project_id = await board.project();
    const parent_task_id = await board.task(project_id);
    const match = { status: "review", priority: "low", assigned_agent: "bob", parent_task_id };
    const wanted = await board.task(project_id, match);
    for (const other of [{ status: "todo" }, { priority: "high" }, { assigned_agent: "" }, { parent_task_id: null }])
      await board.task(project_id, { ...match, ...other });
    const list = async (filter: object) => ids((await board.call("board_get_tasks", { project_id, ...filter })).tasks);
    expect(await list(match)).toEqual([wanted]);
    expect(await list({ status: "review" })).toHaveLength(4);
    expect(await list({ assigned_agent: "" })).toHaveLength(2);
    expect(await list({ parent_task_id })).toHaveLength(4);
    expect(await list({ priority: "high", status: "review" })).toHaveLength(1);
    expect(await list({ status: "done" })).toEqual([]);
  });

  it("omits long fields in a summary", async () => {
    const project_id = await board.project();
    await board.task(project_id, { description: "long", metadata: { a: 1 } });
    const [summary] = (await board.call("board_get_tasks", { project_id })).tasks;
    expect(summary).not.toHaveProperty("description");
    expect(summary).not.toHaveProperty("metadata");
    const [full] = (await board.call("board_get_tasks", { project_id, detail: "full" })).tasks;
    expect(full).toMatchObject({ description: "long", metadata: { a: 1 } });
    // They are not even read: a wrong type in them is no reason to leave the task out of a summary.
    await board.store.ref("tasks", summary.id).update({ description: 5 });
    expect(await board.call("board_get_tasks", { project_id })).toEqual({ tasks: [summary], next_cursor: null });
    expect(await board.call("board_get_tasks", { project_id, detail: "full" })).toMatchObject({ tasks: [] });
  });

  it("finds the ready ones and says how many it looked at", async () => {
    const project_id = await board.project();
    const first = await board.task(project_id);
    const second = await board.task(project_id, { depends_on: [first] });
    await board.task(project_id, { status: "in_progress" });
    const missing = await board.task(project_id);
    await board.store.ref("tasks", missing).update({ depends_on: ["gone"] });
    const ready = async () => board.call("board_get_tasks", { project_id, ready: true });
    expect(await ready()).toMatchObject({ tasks: [{ id: first }], looked_at: 4, next_cursor: null });
    await board.call("board_update_task", { task_id: first, status: "done" });
    expect(ids((await ready()).tasks)).toEqual([second]);
  });

  it("refuses an unknown project", async () => {
    await expect(board.call("board_get_tasks", { project_id: "nope" })).toFailWith("project_not_found");
  });
});

describe("a task's time in each status", () => {
  it("is computed from its activity", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await board.call("board_update_task", { task_id, status: "in_progress" });
    await board.call("board_log_activity", {
      agent_name: "a",
      action: "completed",
      task_id,
      metadata: { from: "x", to: "done" },
    });
    const shift = async (action: string, minutes: number) => {
      const entry = (await board.entries(project_id)).find((one) => one.task_id === task_id && one.action === action);
      await board.store.ref("activity_log", entry.id).update({ created_at: new Date(Date.now() - minutes * MINUTE) });
    };
    await shift("created", 90);
    await shift("updated", 60);
    await board.call("board_update_task", { task_id, status: "review" });
    const { time_in_status } = await board.call("board_get_task", { task_id });
    expect(Object.keys(time_in_status).sort()).toEqual(["in_progress", "review", "todo"]);
    expect(time_in_status.todo / 60).toBeCloseTo(30, 1);
    expect(time_in_status.in_progress / 60).toBeCloseTo(60, 0);
  });
});
