import { describe, expect, it } from "vitest";
import { openSubtasks } from "../../src/board/tasks/open-subtasks.js";
import { ids, useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import { storeTasks } from "../support/store-tasks.js";

const board = useBoard();
const claim = (args: object) => board.call("board_claim_task", { agent_name: "ann", ...args });

describe("a task with open subtasks", () => {
  it("is not given out by the pool: its subtasks are, and then the task", async () => {
    const project_id = await board.project();
    const epic = await board.task(project_id, { priority: "critical" });
    const story = await board.task(project_id, { priority: "high", parent_task_id: epic });
    const child = await board.task(project_id, { priority: "low", parent_task_id: story });
    const next = async (agent_name: string) => (await claim({ project_id, agent_name })).task?.id;
    expect(await next("a")).toBe(child);
    // A subtask that somebody works on is as open as any other.
    expect(await next("b")).toBeUndefined();
    await board.call("board_update_task", { task_id: child, status: "done" });
    expect(await next("c")).toBe(story);
    await board.call("board_update_task", { task_id: story, status: "done" });
    expect(await next("d")).toBe(epic);
  });

  it("is known by subtasks that are not among the candidates, whatever their status and their number", async () => {
    const project_id = await board.project();
    const id = (name: string | number) => `${project_id}-${name}`;
    const parents = ["review", "typed by a lead", "done", "none"].map((status) => ({ id: id(status), status }));
    const children = (status: string, count: number) =>
      Array.from({ length: count }, (_, at) => ({
        id: id(`${status} ${at}`.replaceAll(" ", "_")),
        parent_task_id: id(status.replaceAll(" ", "_")),
        status,
        priority: "low",
      }));
    await storeTasks(board.db, project_id, [
      ...parents.map(({ status }) => ({ id: id(status.replaceAll(" ", "_")), priority: "critical" })),
      ...children("review", 210),
      ...children("typed by a lead", 1),
      ...children("done", 1),
    ]);
    const asked = ["review", "typed_by_a_lead", "done", "none"].map(id);
    const found = await openSubtasks(callOn(board.store), asked);
    expect([...found.keys()].sort()).toEqual([id("review"), id("typed_by_a_lead")].sort());
    expect((await claim({ project_id, agent_name: "a" })).task.id).toBe(id("done"));
    expect((await claim({ project_id, agent_name: "b" })).task.id).toBe(id("none"));
    expect((await claim({ project_id, agent_name: "c" })).task).toBeNull();
  });

  it("can be claimed by its id, with a warning that names some of them", async () => {
    const project_id = await board.project();
    const epic = await board.task(project_id);
    const children: string[] = [];
    for (let at = 0; at < 12; at += 1) children.push(await board.task(project_id, { parent_task_id: epic }));
    const { task, warnings } = await claim({ task_id: epic });
    expect(task.id).toBe(epic);
    expect(warnings).toEqual([expect.stringMatching(/^It has open subtasks, .*: (\S+, ){9}\S+ and 2 more\.$/)]);
    const last = children.pop() as string;
    await board.call("board_bulk_update_tasks", { task_ids: children, status: "done" });
    await board.call("board_update_task", { task_id: epic, status: "todo" });
    expect((await claim({ task_id: epic, agent_name: "ben" })).warnings).toEqual([expect.stringContaining(last)]);
    await board.call("board_update_task", { task_id: last, status: "done" });
    await board.call("board_update_task", { task_id: epic, status: "todo" });
    expect(await claim({ task_id: epic })).not.toHaveProperty("warnings");
  });

  it("is ready, which says that it can be claimed by its id", async () => {
    const project_id = await board.project();
    const epic = await board.task(project_id);
    const child = await board.task(project_id, { parent_task_id: epic });
    expect(ids((await board.call("board_get_tasks", { project_id, ready: true })).tasks)).toEqual([epic, child]);
  });
});
