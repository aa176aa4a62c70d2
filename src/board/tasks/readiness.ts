import type { Task } from "../model/task.js";

/** A dependency that keeps a task from being ready; a title and status of null: it does not exist. */
export interface Blocker {
  id: string;
  title: string | null;
  status: string | null;
}

/**
 * The dependencies that are not done. One that is missing counts: nobody can tell whether its work was done
 * (contracts.md 3, "Ready").
 */
export function blockers(
  task: Pick<Task, "depends_on">,
  known: ReadonlyMap<string, Pick<Task, "id" | "title" | "status">>,
): Blocker[] {
  return task.depends_on
    .map((id) => known.get(id) ?? { id, title: null, status: null })
    .filter(({ status }) => status !== "done")
    .map(({ id, title, status }) => ({ id, title, status }));
}

/** Whether an agent could start the task now: it waits in the queue and every dependency is done. */
export function isReady(
  task: Pick<Task, "status" | "depends_on">,
  known: ReadonlyMap<string, Pick<Task, "id" | "title" | "status">>,
): boolean {
  return (task.status === "todo" || task.status === "backlog") && blockers(task, known).length === 0;
}
