import { describe, expect, it } from "vitest";
import { claimTask } from "../../src/board/tasks/claim.js";
import { listTasks } from "../../src/board/tasks/list.js";
import { ids, useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import { allPages } from "../support/client.js";
import { storeTasks } from "../support/store-tasks.js";

const board = useBoard({ FIREBOARD_DEADLINE_MS: "50000" });
/** Those that wait for each other's successor, but the last: they are ready in no order that a page shows. */
const WAITING = 450;

/** A project of many tasks that wait for the last one, in two priorities; the last one and some others are ready. */
async function largeProject(ready: readonly number[] = [WAITING]): Promise<string> {
  const project_id = await board.project();
  const id = (at: number) => `${project_id}-${at}`;
  const tasks = Array.from({ length: WAITING + 1 }, (_, at) => ({
    id: id(at),
    priority: at < WAITING / 2 ? "high" : "low",
    depends_on: ready.includes(at) ? [] : [id(WAITING)],
  }));
  await storeTasks(board.db, project_id, tasks);
  return project_id;
}

/** A call whose time is up as it begins. */
const hurried = () => ({ ...callOn(board.store), deadline: new Date() });

describe("a claim from the pool", () => {
  it("finds the only ready task, however many open ones come before it", async () => {
    const project_id = await largeProject();
    const claim = (agent_name: string) => board.call("board_claim_task", { project_id, agent_name });
    expect((await claim("ann")).task.id).toBe(`${project_id}-${WAITING}`);
    expect(await claim("ben")).toEqual({
      task: null,
      held: [],
      reason: `No task of this project is ready and free: its open tasks are ${WAITING} todo, 1 in_progress.`,
      looked_at: WAITING + 1,
    });
  });

  it("says how many it looked at, and that there are more, when its time is up", async () => {
    const project_id = await largeProject();
    const args = { project_id, agent_name: "ann", lease_minutes: 60 };
    const claimed = await claimTask(hurried(), args);
    expect(claimed).toMatchObject({
      task: null,
      looked_at: 30,
      reason: expect.stringContaining("first 30 open tasks"),
    });
    expect(claimed).toMatchObject({ reason: expect.stringContaining("there are more") });
    expect(await claimTask(callOn(board.store), args)).toMatchObject({ task: { id: `${project_id}-${WAITING}` } });
  });
});

describe("board_get_tasks, ready", () => {
  const READY = [3, 200, 224, 225, 399, WAITING];

  it("finds the ready ones, however many open ones come before them, and says how many it looked at", async () => {
    const project_id = await largeProject(READY);
    const all = await board.call("board_get_tasks", { project_id, ready: true });
    expect(ids(all.tasks)).toEqual(READY.map((at) => `${project_id}-${at}`));
    expect(all).toMatchObject({ next_cursor: null, looked_at: WAITING + 1 });
  });

  it("goes on behind the last one of the page before", async () => {
    const project_id = await largeProject(READY);
    for (const limit of [1, 2, 5]) {
      const pages = await allPages(board, "board_get_tasks", { project_id, ready: true, limit });
      expect(pages.flatMap(({ tasks }) => ids(tasks))).toEqual(READY.map((at) => `${project_id}-${at}`));
    }
    const { next_cursor } = await board.call("board_get_tasks", { project_id, ready: true, limit: 1 });
    const otherwise = { project_id, cursor: next_cursor };
    await expect(board.call("board_get_tasks", otherwise)).toFailWith("invalid_argument");
  });

  it("gives what it has found and a cursor when its time is up", async () => {
    const project_id = await largeProject(READY);
    const args = { project_id, ready: true, detail: "summary", limit: 50 } as const;
    const found: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      pages += 1;
      const page = await listTasks(hurried(), { ...args, cursor });
      expect(page).toMatchObject({ looked_at: expect.any(Number) });
      found.push(...ids(page.tasks));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toBeGreaterThan(1);
    expect(found).toEqual(READY.map((at) => `${project_id}-${at}`));
  });

  it("looks at no task that is done", async () => {
    const project_id = await board.project();
    await board.task(project_id, { status: "done" });
    for (const filter of [{ status: "done" }, { include_done: true }])
      expect(await board.call("board_get_tasks", { project_id, ready: true, ...filter })).toEqual({
        tasks: [],
        next_cursor: null,
        looked_at: 0,
      });
    await expect(board.call("board_get_tasks", { project_id: "nope", ready: true, status: "done" })).toFailWith(
      "project_not_found",
    );
  });
});
