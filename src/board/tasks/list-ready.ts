import { IDS, MASKS } from "../../firestore/masks.js";
import { scanBuckets } from "../core/bucket-scan.js";
import type { Call } from "../core/call.js";
import { decodeCursor, encodeCursor } from "../core/cursor.js";
import { notFound } from "../core/errors.js";
import { firstOf, type Item, type Part, readItems } from "../core/list-answer.js";
import { lookingTime } from "../core/looking-time.js";
import { cursorBehind } from "../core/paging.js";
import { maskedTask } from "../model/masked.js";
import { type TaskFilter, taskBuckets } from "./list-order.js";
import { readRelatives } from "./read-readiness.js";
import { canBeFree, isFree, isReady, notDoneNote, waitsFor } from "./readiness.js";
import type { TaskRow } from "./view.js";

/** How many open tasks are read at a time. */
const TASKS = 200;

/** The ready tasks of one page, and how far it looked. */
export interface ReadyPage extends Part<TaskRow> {
  /** How many open tasks were looked at for this page. */
  looked_at: number;
  /** What whoever takes one of them should know. */
  notes: string[];
}

/**
 * A project's tasks that can be started now (docs/contracts.md 3, "Ready"), in the board's order: looks at ever more
 * open tasks until the page is full, all were looked at or two thirds of the call's time have gone. Throws
 * `project_not_found`. For each 200 tasks a round trip, and one for each level of what they wait for.
 */
export async function listReady(
  call: Call,
  filter: TaskFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<ReadyPage> {
  // No task of another status is ready, and there can be very many that are done.
  const isDone = filter.resolution !== undefined;
  const none = isDone || (filter.status !== undefined && !canBeFree(filter.status));
  const buckets = none ? [] : taskBuckets({ ...filter, include_done: false }, MASKS.tasks.summary);
  const filters = { ready: filter };
  const shapes = buckets.map(({ shape }) => shape);
  const start = decodeCursor(cursor, filters, shapes);
  const goOn = lookingTime(call);
  const batches = scanBuckets(call, buckets, { start, first: TASKS, size: TASKS });
  const [project, first] = await Promise.all([call.store.ref("projects", filter.project_id).get(IDS), batches.next()]);
  if (!project.exists) throw notFound("project", filter.project_id);

  const items: Item<TaskRow>[] = [];
  const notDone: string[] = [];
  let looked_at = 0;
  let next_cursor: string | null = null;
  for (let step = first; !step.done; step = await batches.next()) {
    const { found, next } = step.value;
    const documents = found.map(({ document }) => document);
    const behindAll = next && encodeCursor(next, filters);
    const behind = (at: number) => {
      const one = found[at];
      return one && at < found.length - 1 ? cursorBehind(buckets, one, filters) : behindAll;
    };
    const batch = readItems(maskedTask.summary, "task", { documents, next_cursor: behindAll, behind });
    const known = await readWaiting(call, rowsOf(batch.items));
    const now = call.now();
    const ready = firstOf(batch, limit - rowsOf(items).length, (task) => isReady(task, known, now));
    notDone.push(
      ...rowsOf(ready.items)
        .filter((task) => waitsFor(task, known).not_done.length > 0)
        .map(({ id }) => id),
    );
    items.push(...ready.items);
    looked_at += found.length;
    next_cursor = ready.next_cursor;
    if (rowsOf(items).length === limit || !goOn()) break;
  }
  return { items, next_cursor, looked_at, notes: notDoneNote(notDone) };
}

const rowsOf = (items: readonly Item<TaskRow>[]) => items.flatMap((item) => ("row" in item ? [item.row] : []));

function readWaiting(call: Call, tasks: readonly TaskRow[]) {
  const now = call.now();
  const free = tasks.filter((task) => isFree(task, now));
  return readRelatives(call.store, free, new Map(tasks.map((task) => [task.id, task])));
}
