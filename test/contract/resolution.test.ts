import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { allPages } from "../support/client.js";

const board = useBoard();

describe("the resolution of a task", () => {
  it.each([
    ["completed", "completed"],
    ["cancelled", "cancelled"],
    ["duplicate", "completed"],
  ])("%s is stored, shown, and logged as %s", async (resolution, action) => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const { changes } = await board.call("board_update_task", { task_id, status: "done", resolution });
    expect(changes).toEqual(["status", "resolution"]);
    expect(await board.call("board_get_task", { task_id })).toMatchObject({ status: "done", resolution });
    const { tasks } = await board.call("board_get_tasks", { project_id, status: "done" });
    expect(tasks).toMatchObject([{ id: task_id, resolution }]);
    const [entry] = (await board.call("board_get_activity", { task_id, action })).entries;
    expect(entry.metadata).toMatchObject({ from: "todo", to: "done", resolution });
  });

  it("is completed when done is all that was said, and goes when the task is open again", async () => {
    const task_id = await board.task(await board.project());
    const stored = async () => (await board.stored("tasks", task_id)).resolution;
    expect(await stored()).toBeNull();
    await board.call("board_update_task", { task_id, status: "done" });
    expect(await stored()).toBe("completed");
    await board.call("board_update_task", { task_id, resolution: "cancelled" });
    expect(await stored()).toBe("cancelled");
    expect(await board.call("board_update_task", { task_id, status: "done" })).toMatchObject({ changes: [] });
    await board.call("board_update_task", { task_id, status: "review" });
    expect(await stored()).toBeNull();
  });

  it("may be given at once, to a new task and to many", async () => {
    const project_id = await board.project();
    const made = await board.task(project_id, { status: "done", resolution: "duplicate" });
    expect((await board.stored("tasks", made)).resolution).toBe("duplicate");
    const task_ids = [made, await board.task(project_id), await board.task(project_id)];
    await board.call("board_bulk_update_tasks", { task_ids, status: "done", resolution: "cancelled" });
    for (const id of task_ids) expect((await board.stored("tasks", id)).resolution).toBe("cancelled");
    const actions = (await board.entries(project_id)).slice(-3).map(({ action }) => action);
    expect(actions).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  it("is refused for a task that is not done, and for all of many when one is not", async () => {
    const project_id = await board.project();
    const [open, done] = [await board.task(project_id), await board.task(project_id, { status: "done" })];
    const resolution = "cancelled";
    const refused: [tool: string, args: object][] = [
      ["board_create_task", { project_id, title: "x", resolution }],
      ["board_update_task", { task_id: open, resolution }],
      ["board_update_task", { task_id: done, status: "todo", resolution }],
      ["board_bulk_update_tasks", { task_ids: [done, open], resolution }],
      ["board_get_tasks", { project_id, status: "todo", resolution }],
    ];
    for (const [tool, args] of refused) await expect(board.call(tool, { ...args })).toFailWith("invalid_argument");
    expect((await board.stored("tasks", done)).resolution).toBe("completed");
  });

  it("of a document of another client, and after a lead's edits, is what a reader would say", async () => {
    const project_id = await board.project();
    const [old, reopened] = [await board.task(project_id), await board.task(project_id)];
    await board.db.doc(`tasks/${old}`).set({ project_id, title: "old", status: "done" });
    await board.call("board_update_task", { task_id: reopened, status: "done", resolution: "cancelled" });
    await board.store.ref("tasks", reopened).update({ status: "todo" });
    expect(await board.call("board_get_task", { task_id: old })).toMatchObject({ resolution: "completed" });
    expect((await board.call("board_get_task", { task_id: reopened })).resolution ?? null).toBeNull();
    await board.call("board_update_task", { task_id: reopened, status: "done" });
    expect((await board.stored("tasks", reopened)).resolution).toBe("completed");
  });
});

describe("board_get_tasks by resolution", () => {
  it("finds each kind, page by page, with and without status done", async () => {
    const project_id = await board.project();
    const made: Record<string, string[]> = { completed: [], cancelled: [], duplicate: [] };
    for (const priority of ["low", "critical", "low"])
      for (const [resolution, list] of Object.entries(made))
        list.push(await board.task(project_id, { status: "done", resolution, priority }));
    const old = await board.task(project_id, { status: "done" });
    await board.db.doc(`tasks/${old}`).update({ resolution: null });
    await board.task(project_id);
    const inOrder = ([low, critical, alsoLow]: string[]) => [critical, low, alsoLow];
    for (const args of [{}, { status: "done" }, { include_done: true }])
      for (const resolution of ["cancelled", "duplicate"]) {
        const pages = await allPages(board, "board_get_tasks", { project_id, resolution, limit: 2, ...args });
        expect(pages.flatMap(({ tasks }) => ids(tasks))).toEqual(inOrder(made[resolution] ?? []));
      }
    const pages = await allPages(board, "board_get_tasks", { project_id, resolution: "completed", limit: 2 });
    const [low, critical, alsoLow] = made.completed ?? [];
    expect(pages.flatMap(({ tasks }) => ids(tasks))).toEqual([critical, old, low, alsoLow]);
  });

  it("together with every other filter", async () => {
    const project_id = await board.project();
    const parent_task_id = await board.task(project_id);
    const match = { status: "done", resolution: "cancelled", priority: "low", assigned_agent: "bob", parent_task_id };
    const wanted = await board.task(project_id, match);
    for (const other of [{ resolution: "completed" }, { priority: "high" }, { assigned_agent: "" }])
      await board.task(project_id, { ...match, ...other });
    const { tasks } = await board.call("board_get_tasks", { project_id, ...match });
    expect(ids(tasks)).toEqual([wanted]);
  });
});

it("what was cancelled is not among the completed tasks of a handoff", async () => {
  const project_id = await board.project();
  const [finished, dropped] = [await board.task(project_id), await board.task(project_id)];
  const since = new Date(Date.now() - 60_000).toISOString();
  await board.call("board_update_task", { task_id: finished, status: "done" });
  await board.call("board_update_task", { task_id: dropped, status: "done", resolution: "cancelled" });
  const handoff = await board.call("board_get_handoff", { project_id, since });
  expect(ids(handoff.since.tasks_completed)).toEqual([finished]);
  expect(handoff.active_task_count).toBe(0);
});

describe("words of other trackers for a task that nobody will do", () => {
  it.each([
    ["cancelled", "cancelled"],
    ["canceled", "cancelled"],
    ["wontfix", "cancelled"],
    ["Won't fix", "cancelled"],
    ["wont-fix", "cancelled"],
    ["duplicate", "duplicate"],
  ])("%s as a status is done with resolution %s", async (status, resolution) => {
    const project_id = await board.project();
    const create = (tasks: object[]) => board.call("board_create_tasks", { project_id, tasks });
    const task_ids = [
      await board.task(project_id, { status }),
      await board.task(project_id),
      await board.task(project_id),
      ...ids((await create([{ title: "x", status }])).tasks),
    ];
    await board.call("board_update_task", { task_id: task_ids[1], status });
    await board.call("board_bulk_update_tasks", { task_ids: [task_ids[2]], status });
    for (const id of task_ids) expect(await board.stored("tasks", id)).toMatchObject({ status: "done", resolution });
    const open = await board.task(project_id, { status: "done" });
    const { tasks } = await board.call("board_get_tasks", { project_id, status });
    expect(ids(tasks).sort()).toEqual(task_ids.sort());
    expect(ids(tasks)).not.toContain(open);
  });

  it("gives way to a resolution that the call gives itself, and is no word for anything else", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { status: "cancelled", resolution: "duplicate" });
    expect((await board.stored("tasks", task_id)).resolution).toBe("duplicate");
    const project = board.call("board_update_project", { project_id, status: "cancelled" });
    await expect(project).toFailWith("invalid_argument");
  });
});
