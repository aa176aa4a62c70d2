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

/** A project as agents see it, with its task counts. One round trip. */
export async function withCounts(call: Call, project: Project) {
  const task_counts = await countTasks(call, project.id);
  const total_tasks = Object.values(task_counts).reduce((sum, counted) => sum + counted, 0);
  return { ...projectView(project), task_counts, total_tasks };
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
  return await withCounts(call, existingProject(await call.store.ref("projects", id).get(), id));
}
