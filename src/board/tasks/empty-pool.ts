import type { Snapshot } from "../../firestore/store.js";
import { OPEN_STATUSES } from "../model/enums.js";

const OTHER = "of another status";

/** How many open tasks were looked at, by status. */
export type Counts = ReadonlyMap<string, number>;

/**
 * The counts with these open tasks besides. A status that is none of ours is counted and never told: it is stored text.
 * Pure.
 */
export function addCounts(counts: Counts, tasks: readonly Snapshot[]): Counts {
  const sum = new Map(counts);
  for (const task of tasks) {
    const status = OPEN_STATUSES.find((each) => each === task.get("status")) ?? OTHER;
    sum.set(status, (sum.get(status) ?? 0) + 1);
  }
  return sum;
}

/** How many open tasks were counted. Pure. */
export function countAll(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Why a claim from the pool gives none, after these tasks; `more`: there are open ones behind them. Pure. */
export function emptyPoolText(counts: Counts, more: boolean): string {
  const looked_at = countAll(counts);
  if (more)
    return `None of the first ${looked_at} open tasks is ready and free, but there are more. board_get_tasks with ready looks further with its cursor; claim one of those by its task_id.`;
  const none = "No task of this project is ready and free";
  if (looked_at === 0) return `${none}: it has no open tasks.`;
  const parts = [...OPEN_STATUSES, OTHER].filter((status) => counts.has(status));
  return `${none}: its open tasks are ${parts.map((status) => `${counts.get(status)} ${status}`).join(", ")}.`;
}
