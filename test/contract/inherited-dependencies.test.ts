import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { storeTasks } from "../support/store-tasks.js";

const board = useBoard();
const claim = (args: object) => board.call("board_claim_task", { agent_name: "ann", ...args });
const ready = async (project_id: string) =>
  ids((await board.call("board_get_tasks", { project_id, ready: true })).tasks);

describe("a task beneath one that waits", () => {
  it("waits with it: it is not ready, no claim gives it, and it is said for whom it waits", async () => {
    const project_id = await board.project();
    const first = await board.task(project_id, { title: "First" });
    const epic = await board.task(project_id, { depends_on: [first] });
    const story = await board.task(project_id, { parent_task_id: epic });
    const child = await board.task(project_id, { parent_task_id: story, priority: "critical" });
    expect(await ready(project_id)).toEqual([first]);

    const waiting = { id: first, title: "First", status: "todo", inherited_from: epic };
    expect(await board.call("board_get_task", { task_id: child })).toMatchObject({ blocked_by: [waiting] });
    const refused = claim({ task_id: child });
    await expect(refused).toFailWith("not_claimable");
    await expect(refused).rejects.toMatchObject({
      message: `Task ${child} waits for: ${first} (of its ancestor ${epic}).`,
      details: { blocked_by: [{ id: first, status: "todo", inherited_from: epic }] },
    });
    expect((await claim({ project_id, agent_name: "ben" })).task.id).toBe(first);
    expect((await claim({ project_id, agent_name: "cem" })).task).toBeNull();

    await board.call("board_update_task", { task_id: first, status: "done" });
    expect(await ready(project_id)).toEqual([child, epic, story]);
    expect((await claim({ project_id, agent_name: "cem" })).task.id).toBe(child);
  });

  it("does not wait for itself or its siblings, when the one above waits for all of them", async () => {
    const project_id = await board.project();
    const epic = await board.task(project_id);
    const one = await board.task(project_id, { parent_task_id: epic });
    const story = await board.task(project_id, { parent_task_id: epic });
    const two = await board.task(project_id, { parent_task_id: story });
    await board.call("board_update_task", { task_id: epic, depends_on: [one, two] });
    expect(await ready(project_id)).toEqual([one, story, two]);
    expect((await claim({ task_id: one })).task.id).toBe(one);
    expect((await claim({ project_id, agent_name: "ben" })).task.id).toBe(two);
  });

  it("is not ready and says so when more than five levels stand above it", async () => {
    const project_id = await board.project();
    const chain = [await board.task(project_id)];
    for (let level = 0; level < 6; level += 1)
      chain.push(await board.task(project_id, { parent_task_id: chain.at(-1) as string }));
    const [top, deepest] = [chain[0] as string, chain[6] as string];
    expect(await ready(project_id)).toEqual(chain.slice(0, 6));
    await expect(claim({ task_id: deepest })).toFailWith("not_claimable");
    await expect(claim({ task_id: deepest })).rejects.toThrow("More than 5 levels of tasks stand above");
    const { blocked_by, warnings } = await board.call("board_get_task", { task_id: deepest });
    expect(blocked_by).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("More than 5 levels")]);
    expect((await claim({ project_id })).task).toBeNull();
    expect((await claim({ task_id: chain[5] })).task.id).toBe(chain[5]);
    await board.call("board_update_task", { task_id: chain[1] as string, parent_task_id: null });
    expect((await claim({ task_id: deepest })).task.id).toBe(deepest);
    expect(top).not.toBe(deepest);
  });

  it("is found, whatever a lead left in the console: circles, missing and unreadable tasks, ids that none can have", async () => {
    const project_id = await board.project();
    const id = (name: string) => `${project_id}-${name}`;
    await storeTasks(board.db, project_id, [
      { id: id("self"), parent_task_id: id("self") },
      { id: id("a"), parent_task_id: id("b") },
      { id: id("b"), parent_task_id: id("c"), depends_on: [id("waits")] },
      { id: id("c"), parent_task_id: id("b") },
      { id: id("waits"), parent_task_id: "gone", depends_on: ["gone"] },
      { id: id("orphan"), parent_task_id: "gone" },
      { id: id("no-id"), parent_task_id: "a/b" },
      { id: id("no-dependency"), depends_on: ["a/b", ""] },
      { id: id("beneath-damage"), parent_task_id: id("damaged") },
      { id: id("damaged"), depends_on: 7 },
    ]);
    expect((await ready(project_id)).sort()).toEqual([id("no-id"), id("orphan"), id("self")].sort());
    const refusals = {
      a: `waits for: ${id("waits")} (of its ancestor ${id("b")}).`,
      waits: "waits for: gone (missing).",
      "beneath-damage": "has a field of a wrong type",
    };
    for (const [name, message] of Object.entries(refusals)) {
      await expect(claim({ task_id: id(name) })).toFailWith("not_claimable");
      await expect(claim({ task_id: id(name) })).rejects.toThrow(message);
    }
    for (const name of ["self", "orphan"]) expect((await claim({ task_id: id(name) })).task.id).toBe(id(name));
    expect((await claim({ project_id, agent_name: "ben" })).task.id).toBe(id("no-id"));
    expect((await claim({ project_id, agent_name: "cem" })).task).toBeNull();
  });
});

describe("a dependency that was cancelled or is a duplicate", () => {
  it("counts as done, with a warning wherever somebody looks for work", async () => {
    const project_id = await board.project();
    const dropped = await board.task(project_id, { status: "done", resolution: "cancelled" });
    const task_id = await board.task(project_id, { depends_on: [dropped] });
    const warnings = [expect.stringMatching(new RegExp(`^Task ${task_id} depends on .*: ${dropped}\\.$`))];
    expect(await board.call("board_get_task", { task_id })).toMatchObject({ blocked_by: [], warnings });
    const list = await board.call("board_get_tasks", { project_id, ready: true });
    expect(list).toMatchObject({ tasks: [{ id: task_id }], warnings: [expect.stringContaining(`: ${task_id}.`)] });
    expect(await claim({ project_id })).toMatchObject({ task: { id: task_id }, warnings });
  });
});
