import type { Call } from "../core/call.js";
import { existingProject } from "../core/existing.js";
import { iso } from "../core/result.js";
import { TASK_STATUSES } from "../model/enums.js";
import type { Project } from "../model/project.js";

/** A project as agents see it. */
export function projectView({ id, name, description, status, priority, metadata, created_at, updated_at }: Project) {
  const times = { created_at: iso(created_at), updated_at: iso(updated_at) };
  return { id, name, description, status, priority, metadata, ...times };
}

/** Counts of tasks by status as agents see them, with their sum. */
export function countsView(task_counts: Record<string, number>) {
  return { task_counts, total_tasks: Object.values(task_counts).reduce((sum, counted) => sum + counted, 0) };
}

/** The counts of a project's tasks as agents see them. One round trip. */
export async function taskCounts(call: Call, project_id: string) {
  return countsView(await countTasks(call, project_id));
}

/**
 * How many tasks of a project have each status. They come from aggregations, one per status and never a task read, so
 * tasks of a status that is none of ours are not counted. One round trip.
 */
export async function countTasks(call: Call, project_id: string): Promise<Record<string, number>> {
  const count = async (status: string): Promise<[string, number]> => {
    const query = call.store.query("taskCounts", { values: { project_id, status }, limit: "all" });
    return [status, await query.count()];
  };
  return Object.fromEntries(await Promise.all(TASK_STATUSES.map(count)));
}

/** One project with its task counts. Throws `project_not_found`, `corrupt_document`. Two round trips. */
export async function getProject(call: Call, id: string) {
  const project = existingProject(await call.store.ref("projects", id).get(), id);
  return { ...projectView(project), ...(await taskCounts(call, id)) };
}
