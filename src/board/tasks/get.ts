import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { existingTask } from "../core/existing.js";
import { firstInRoom } from "../core/list-answer.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { PAGE } from "../model/limits.js";
import { maskedEntry, maskedTask, type RowOf } from "../model/masked.js";
import { readRelatives } from "./read-readiness.js";
import { notDoneWarnings, waitingText, waitsFor } from "./readiness.js";
import { timeInStatus } from "./time-in-status.js";
import { taskDetail } from "./view.js";

/**
 * One task with its subtasks, the dependencies that block it, the open tasks that it blocks, and the seconds it spent
 * in each status (docs/contracts.md 3, board_get_task): the task whole, of the lists what a quarter of an answer holds.
 * Throws `task_not_found`, `corrupt_document`. One round trip, and one for each level of what it waits for.
 */
export async function getTask(call: Call, taskId: string) {
  const limit = PAGE.max;
  const [snapshot, children, dependents, log] = await Promise.all([
    call.store.ref("tasks", taskId).get(),
    call.store.query("subtasks", { values: { parent_task_id: taskId }, mask: MASKS.tasks.brief, limit }).get(),
    call.store.query("dependents", { values: { depends_on: taskId }, mask: MASKS.tasks.brief, limit }).get(),
    call.store.query("activity", { values: { task_id: taskId }, mask: MASKS.activity_log.changes, limit }).get(),
  ]);
  const task = existingTask(snapshot, taskId);
  const subtasks = readDocuments(maskedTask.brief, "task", children.docs);
  const waiting = readDocuments(maskedTask.brief, "task", dependents.docs);
  const waits = waitsFor(task, await readRelatives(call.store, [task]));
  const unknown = waitingText(task.id, { ...waits, blocked_by: [] });
  const warnings = [
    ...subtasks.warnings,
    ...waiting.warnings,
    ...(unknown ? [unknown] : []),
    ...notDoneWarnings(task.id, waits),
  ];
  const open = task.status === "done" ? [] : waiting.rows.filter(({ status }) => status !== "done");
  const lists = {
    subtasks: subtasks.rows.map(brief),
    blocked_by: waits.blocked_by,
    blocking: open.map(brief),
  };
  const { shown, missing } = firstOfEach(lists, call.answer.tokens / 4);
  const result = {
    ...taskDetail(task),
    ...shown,
    time_in_status: timeInStatus(readDocuments(maskedEntry.changes, "entry", log.docs).rows, call.now()),
  };
  return withWarnings(result, [...missing, ...firstInRoom(warnings, call.answer.tokens / 4)]);
}

/** The first rows of each list that take at most `tokens`, with a sentence for each list that has more. */
function firstOfEach<T extends Record<string, readonly unknown[]>>(lists: T, tokens: number) {
  const shown = Object.fromEntries(
    Object.entries(lists).map(([name, rows]) => [name, firstInRoom(rows, tokens)]),
  ) as unknown as T;
  const missing = Object.keys(lists).flatMap((name) => {
    const [some, all] = [shown[name]?.length ?? 0, lists[name]?.length ?? 0];
    return some < all ? [`${name} holds the first ${some} of at least ${all}.`] : [];
  });
  return { shown, missing };
}

const brief = ({ id, title, status }: RowOf<typeof maskedTask.brief>) => ({ id, title, status });
