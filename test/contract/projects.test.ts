import { describe, expect, it } from "vitest";
import { LIMITS } from "../../src/board/model/limits.js";
import { ids, useBoard } from "../support/board.js";
import { allPages } from "../support/client.js";

const board = useBoard();

describe("board_create_project", () => {
  it("creates an active project and logs it", async () => {
    const created = await board.call("board_create_project", { name: "Apollo", metadata: { team: "a" } });
    expect(created).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
      name: "Apollo",
      status: "active",
      priority: "medium",
      message: "Project created",
    });
    expect(await board.stored("projects", created.id)).toMatchObject({
      name: "Apollo",
      description: null,
      status: "active",
      metadata: { team: "a" },
    });
    expect(await board.entries(created.id)).toEqual([
      expect.objectContaining({ action: "created", agent_name: "system", metadata: { client: "test-agent" } }),
    ]);
  });

  it.each([
    ["an empty name", { name: "" }],
    ["a name over 500 characters", { name: "x".repeat(501) }],
    ["a lone surrogate", { name: "\ud800" }],
    ["an unknown priority", { name: "x", priority: "asap" }],
    ["metadata over 32 KB", { name: "x", metadata: { a: "x".repeat(32 * 1024) } }],
    ["metadata with an empty key", { name: "x", metadata: { "": 1 } }],
    ["metadata with a reserved key", { name: "x", metadata: { __proto__x__: 1 } }],
    ["metadata with nested arrays", { name: "x", metadata: { a: [[1]] } }],
    ["metadata that is an array", { name: "x", metadata: [1] }],
  ])("refuses %s", async (_, args) => {
    await expect(board.call("board_create_project", args)).toFailWith("invalid_argument");
  });

  it("names the nearest argument for an unknown one", async () => {
    const refused = board.call("board_create_project", { name: "x", descripton: "typo" });
    await expect(refused).toFailWith("invalid_argument");
    await expect(refused).rejects.toMatchObject({ hint: expect.stringContaining("Did you mean description?") });
  });

  it("names no argument for one that is like none", async () => {
    const refused = board.call("board_create_project", { name: "x", colour: "red" });
    await expect(refused).rejects.toMatchObject({ hint: expect.not.stringContaining("Did you mean") });
    const none = board.call("sessionlog_bootstrap", { colour: "red" });
    await expect(none).rejects.toMatchObject({ hint: "Arguments of sessionlog_bootstrap: none." });
  });

  it("names every fault of a call at once", async () => {
    const name = "x".repeat(LIMITS.title + 1);
    const given = { name, priority: "asap", metadata: [], description: 5, colour: "red" };
    await expect(board.call("board_create_project", given)).rejects.toMatchObject({
      message: `board_create_project: unknown argument colour; name: has ${name.length} characters, at most ${LIMITS.title}; put the rest into description; description: expected string, received number; priority: expected one of "critical"|"high"|"medium"|"low"; metadata: must be an object.`,
    });
  });
});

describe("board_update_project", () => {
  it("changes what differs, merges metadata and logs the status change", async () => {
    const project_id = await board.project({ description: "old", metadata: { keep: 1, drop: 2 } });
    const updated = await board.call("board_update_project", {
      project_id,
      name: "A project",
      description: null,
      status: "paused",
      metadata: { drop: null, add: 3 },
    });
    expect(updated).toMatchObject({ id: project_id, status: "paused" });
    expect(updated.changes.sort()).toEqual(["description", "metadata", "status"]);
    expect(await board.stored("projects", project_id)).toMatchObject({
      description: null,
      status: "paused",
      metadata: { keep: 1, add: 3 },
    });
    const last = (await board.entries(project_id)).at(-1);
    expect(last).toMatchObject({ action: "updated", metadata: { from: "active", to: "paused" } });
  });

  it("writes and logs nothing when nothing would change", async () => {
    const project_id = await board.project({ metadata: { a: 1 } });
    const before = await board.store.ref("projects", project_id).get();
    const same = { project_id, name: "A project", metadata: { a: 1 }, status: "active" };
    expect((await board.call("board_update_project", same)).changes).toEqual([]);
    const after = await board.store.ref("projects", project_id).get();
    expect(after.updateTime?.isEqual(before.updateTime as never)).toBe(true);
    expect(await board.entries(project_id)).toHaveLength(1);
  });

  it.each([
    [["paused", "active"], true],
    [["paused", "completed", "archived", "active"], true],
    [["completed", "active"], true],
    [["completed", "paused"], false],
    [["archived", "active"], true],
    [["archived", "paused"], false],
    [["archived", "completed"], false],
  ])("goes active -> %j: %s", async (steps, allowed) => {
    const project_id = await board.project();
    for (const status of steps.slice(0, -1)) await board.call("board_update_project", { project_id, status });
    const last = board.call("board_update_project", { project_id, status: steps.at(-1) });
    if (allowed) await expect(last).resolves.toMatchObject({ status: steps.at(-1) });
    else await expect(last).toFailWith("invalid_transition");
  });

  it("refuses metadata that only the merge makes too large", async () => {
    const project_id = await board.project({ metadata: { a: "x".repeat(20_000) } });
    const grow = board.call("board_update_project", { project_id, metadata: { b: "x".repeat(20_000) } });
    await expect(grow).toFailWith("invalid_argument");
    expect(Object.keys((await board.stored("projects", project_id)).metadata)).toEqual(["a"]);
  });

  it("refuses an unknown project", async () => {
    await expect(board.call("board_update_project", { project_id: "nope", name: "x" })).toFailWith("project_not_found");
  });
});

describe("board_get_projects", () => {
  it("counts tasks by status", async () => {
    const project_id = await board.project({ name: "Counted" });
    await board.task(project_id);
    await board.task(project_id, { status: "done" });
    await board.task(project_id, { status: "done" });
    const { projects } = await board.call("board_get_projects", { limit: 200 });
    const counted = projects.find(({ id }: { id: string }) => id === project_id);
    expect(counted).toMatchObject({
      total_tasks: 3,
      task_counts: { backlog: 0, todo: 1, in_progress: 0, blocked: 0, review: 0, done: 2 },
    });
  });

  it("orders by priority, unknown ones last, then the latest changed first, and pages through all", async () => {
    const made: string[] = [];
    for (const priority of ["low", "critical", "medium", "critical"]) made.push(await board.project({ priority }));
    for (const project_id of made) await board.call("board_update_project", { project_id, status: "completed" });
    const odd = await board.project();
    await board.store.ref("projects", odd).update({ priority: "whenever", status: "completed" });

    const pages = await allPages(board, "board_get_projects", { status: "completed", limit: 2 });
    for (const { projects } of pages) expect(projects.length).toBeLessThanOrEqual(2);
    const ours = pages.flatMap(({ projects }) => ids(projects)).filter((id) => [...made, odd].includes(id));
    expect(ours).toEqual([made[3], made[1], made[2], made[0], odd]);
  });

  it("refuses a cursor of another list", async () => {
    await Promise.all([board.project(), board.project()]);
    const { next_cursor } = await board.call("board_get_projects", { limit: 1 });
    const other = board.call("board_get_projects", { limit: 1, status: "paused", cursor: next_cursor });
    await expect(other).toFailWith("invalid_argument");
    await expect(board.call("board_get_projects", { cursor: "x" })).toFailWith("invalid_argument");
  });
});
