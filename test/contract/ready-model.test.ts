import fc from "fast-check";
import { expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { allPages } from "../support/client.js";
import { lane } from "../support/lane.js";
import { storeTasks } from "../support/store-tasks.js";

/** Random boards: what the tools call ready is what a plain reading of the rule calls ready, however it is asked for. */
const board = useBoard({ FIREBOARD_DEADLINE_MS: "60000" });

interface ModelTask {
  id: string;
  status: string;
  priority: string;
  parent_task_id: string | null;
  depends_on: string[];
}

const STATUSES = ["todo", "backlog", "blocked", "review", "done", "done"];
const PRIORITIES = ["critical", "high", "medium", "low", "typed by a lead"];
/** Names of tasks, and one that no task has. */
const name = (most: number) => fc.nat({ max: most }).map((at) => (at === most ? "none" : String(at)));

const boards = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.array(
    fc.record({
      status: fc.constantFrom(...STATUSES),
      priority: fc.constantFrom(...PRIORITIES),
      parent_task_id: fc.option(name(size), { freq: 3 }),
      depends_on: fc.array(name(size), { maxLength: 2 }),
    }),
    { minLength: size, maxLength: size },
  ),
);

/** The ancestors of a task, the nearest first, up to where a circle closes; a parent that does not exist is none. */
function above(task: ModelTask, all: Map<string, ModelTask>): ModelTask[] {
  const line: ModelTask[] = [];
  for (let at = all.get(task.parent_task_id ?? ""); at && at !== task && !line.includes(at); )
    [, at] = [line.push(at), all.get(at.parent_task_id ?? "")];
  return line;
}

/** Whether the task waits, on plain recursion over the whole board. */
function isReady(task: ModelTask, all: Map<string, ModelTask>): boolean {
  if (task.status !== "todo" && task.status !== "backlog") return false;
  const line = above(task, all);
  if (line.length > 5) return false;
  const waits = (id: string) => all.get(id)?.status !== "done";
  const beneath = (id: string, ancestor: ModelTask) => {
    const dependency = all.get(id);
    if (!dependency) return false;
    return dependency === task || dependency === ancestor || above(dependency, all).slice(0, 5).includes(ancestor);
  };
  const inherited = line.flatMap((ancestor) => ancestor.depends_on.filter((id) => !beneath(id, ancestor)));
  return ![...task.depends_on, ...inherited].some(waits);
}

const rank = ({ priority }: ModelTask) => PRIORITIES.indexOf(priority);

it("the list of ready tasks and the pool are those of a plain reading of the rule", async () => {
  const runs = lane === "embedded" ? 40 : 12;
  const property = fc.asyncProperty(boards, fc.integer({ min: 1, max: 5 }), async (shapes, limit) => {
    const project_id = await board.project();
    const named = (id: string) => `${project_id}-${id}`;
    const tasks = shapes.map(({ parent_task_id, depends_on, ...fields }, at) => ({
      ...fields,
      id: named(String(at)),
      parent_task_id: parent_task_id === null ? null : named(parent_task_id),
      depends_on: depends_on.map(named),
    }));
    await storeTasks(board.db, project_id, tasks);
    const all = new Map(tasks.map((task) => [task.id, task]));
    const ready = tasks.filter((task) => isReady(task, all)).sort((a, b) => rank(a) - rank(b));
    const pages = await allPages(board, "board_get_tasks", { project_id, ready: true, limit });
    expect(pages.flatMap((page) => ids(page.tasks))).toEqual(ids(ready));
    expect(pages.every((page) => page.tasks.length <= limit)).toBe(true);

    const open = tasks.filter(({ status }) => status !== "done");
    const pool = ready.filter(({ id }) => !open.some(({ parent_task_id }) => parent_task_id === id));
    const { task } = await board.call("board_claim_task", { project_id, agent_name: `agent of ${project_id}` });
    expect(task?.id).toBe(pool[0]?.id);
  });
  await fc.assert(property, { numRuns: runs });
}, 240_000);
