import type { Call } from "../core/call.js";
import { TASK_STATUSES } from "../model/enums.js";

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
