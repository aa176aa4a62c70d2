import type { Task } from "../model/task.js";
import { liveLease } from "./lease.js";

/** A dependency that keeps a task from being ready; a title and status of null: it does not exist. */
export interface Blocker {
  id: string;
  title: string | null;
  status: string | null;
}

/**
 * The dependencies that are not done. One that is missing counts: whether its work was done is unknown
 * (docs/contracts.md 3, "Ready").
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

/**
 * Whether an agent could start the task now (docs/contracts.md 3, "Ready"): it waits in the queue, or its holder's lease has
 * run out; and every dependency is done.
 */
export function isReady(
  task: Pick<Task, "status" | "depends_on" | "lease">,
  known: ReadonlyMap<string, Pick<Task, "id" | "title" | "status">>,
  now: Date,
): boolean {
  return isFree(task, now) && blockers(task, known).length === 0;
}

/** Whether no agent works on the task; dependencies are not looked at. */
export function isFree(task: Pick<Task, "status" | "lease">, now: Date): boolean {
  if (task.status === "todo" || task.status === "backlog") return true;
  return task.status === "in_progress" && task.lease !== null && liveLease(task, now) === null;
}
