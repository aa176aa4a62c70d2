import type { maskedEntry, RowOf } from "../model/masked.js";
import { knownStatus } from "../tasks/time-in-status.js";
import { type EndedSession, type OpenTask, recentEntry } from "./view.js";

/** An entry of a session that left no notes. */
export type SalvagedActivity = RowOf<typeof maskedEntry.salvaged>;

/** How many entries are shown. */
const SHOWN = 5;

/**
 * What is known of a session that ended without notes (docs/contracts.md 3.2), from its activity, the latest first: the
 * tasks it touched, with their status as far as it is known, those it left in progress, and its last entries. Pure.
 */
export function salvage(
  session: Pick<EndedSession, "id">,
  activity: readonly SalvagedActivity[],
  openTasks: readonly OpenTask[],
) {
  const open = new Map(openTasks.map((task) => [task.id, task]));
  const touched = new Map<string, string | null>();
  // The latest entry comes first: the first status that is found of a task is the last one it had.
  for (const { task_id, metadata } of activity) {
    if (task_id === null) continue;
    touched.set(task_id, touched.get(task_id) ?? knownStatus(metadata.to));
  }
  const tasks_touched = [...touched].map(([id, logged]) => {
    const task = open.get(id);
    return { id, title: task?.title ?? null, status: task?.status ?? logged };
  });
  return {
    session_id: session.id,
    tasks_touched,
    tasks_in_progress: openTasks
      .filter(
        ({ id, status, lease }) => status === "in_progress" && (touched.has(id) || lease?.session_id === session.id),
      )
      .map(({ id }) => id),
    last_entries: activity.slice(0, SHOWN).map(recentEntry),
  };
}
