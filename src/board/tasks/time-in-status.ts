import { TASK_STATUSES, type TaskStatus } from "../model/enums.js";
import type { maskedEntry, RowOf } from "../model/masked.js";

type Change = RowOf<typeof maskedEntry.changes>;

interface StatusChange {
  at: Date;
  from: string | null;
  to: TaskStatus;
}

/**
 * The seconds a task has spent in each status, from its activity (docs/contracts.md 3): each entry that tells of a
 * change of status, from creation on, ends the time of the one before. `entries` in any order; those beyond the log's
 * window are missing, so that the time counts from the first one known. A change made in the console leaves no entry:
 * the time until the next one that is known counts for the status before. Keys are statuses of the board, whatever
 * agents log. Pure.
 */
export function timeInStatus(entries: readonly Change[], now: Date): Partial<Record<TaskStatus, number>> {
  const seconds: Partial<Record<TaskStatus, number>> = {};
  let current: { status: TaskStatus; since: Date } | null = null;
  const add = (until: Date) => {
    if (!current) return;
    const spent = Math.max(0, (until.getTime() - current.since.getTime()) / 1000);
    seconds[current.status] = Math.round(((seconds[current.status] ?? 0) + spent) * 1000) / 1000;
  };
  const pending = statusChanges(entries);
  for (let change = takeNext(pending, null); change; change = takeNext(pending, current?.status ?? null)) {
    if (current && change.from === null) continue;
    add(change.at);
    current = { status: change.to, since: change.at };
  }
  add(now);
  return seconds;
}

/** Takes the earliest change out of the list; of several at one moment, the one that begins with the present status. */
function takeNext(pending: StatusChange[], status: string | null): StatusChange | undefined {
  const earliest = pending[0]?.at.getTime();
  const fitting = pending.findIndex(({ at, from }) => at.getTime() === earliest && from === status);
  return pending.splice(Math.max(0, fitting), 1)[0];
}

function statusChanges(entries: readonly Change[]): StatusChange[] {
  return entries.flatMap((entry) => statusChange(entry) ?? []).sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** The change of status that an entry tells of, if it is one as the board writes them: agents log what they like. */
function statusChange({ action, metadata: { from, to, changes }, created_at: at }: Change): StatusChange | null {
  const status = knownStatus(to);
  if (!at || !status) return null;
  if (action === "created") return from === null ? { at, from, to: status } : null;
  const isStatusChange = action === "claimed" || (Array.isArray(changes) && changes.includes("status"));
  return isStatusChange && typeof from === "string" ? { at, from, to: status } : null;
}

/** The status that a value names, null for anything else: what agents stored must not pass for a word of the board. */
export function knownStatus(value: unknown): TaskStatus | null {
  return TASK_STATUSES.find((status) => status === value) ?? null;
}
