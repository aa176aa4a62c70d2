import type { Activity } from "../model/activity.js";
import { BOARD_ACTIONS } from "../model/enums.js";

/**
 * The seconds a task has spent in each status, from its activity (contracts.md 3): each entry that tells of a change of
 * status, from creation on, ends the time of the one before. `entries` in any order; those beyond the log's window are
 * missing, so that the time counts from the first one known. Entries that agents logged themselves change nothing, unless
 * they fit into the chain and carry one of the board's own actions. Pure.
 */
export function timeInStatus(entries: readonly Activity[], now: Date): Record<string, number> {
  const seconds: Record<string, number> = {};
  let current: { status: string; since: Date } | null = null;
  const add = (until: Date) => {
    if (!current) return;
    const spent = Math.max(0, (until.getTime() - current.since.getTime()) / 1000);
    seconds[current.status] = Math.round(((seconds[current.status] ?? 0) + spent) * 1000) / 1000;
  };
  for (const { at, from, to } of statusChanges(entries)) {
    if (current && from !== current.status) continue;
    add(at);
    current = { status: to, since: at };
  }
  add(now);
  return seconds;
}

function statusChanges(entries: readonly Activity[]): { at: Date; from: string | null; to: string }[] {
  const actions: readonly string[] = BOARD_ACTIONS;
  return entries
    .flatMap(({ action, metadata: { from, to }, created_at: at }) =>
      at && actions.includes(action) && typeof to === "string" && (from === null || typeof from === "string")
        ? [{ at, from, to }]
        : [],
    )
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}
