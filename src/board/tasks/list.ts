import { IDS, MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { notFound } from "../core/errors.js";
import { fitItems, type Item, type Part, readItems } from "../core/list-answer.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { withoutNulls } from "../core/row.js";
import { maskedTask } from "../model/masked.js";
import { refuseResolution } from "./change.js";
import { type TaskFilter, taskBuckets } from "./list-order.js";
import { listReady } from "./list-ready.js";
import { type TaskDetailRow, type TaskRow, taskDetail, taskSummary } from "./view.js";

/** The arguments of board_get_tasks. */
export interface ListTasks extends TaskFilter {
  ready?: boolean | undefined;
  detail: "summary" | "full";
  limit: number;
  cursor?: string | undefined;
}

/**
 * A project's tasks (docs/contracts.md 3, board_get_tasks), as many as the answer has room for. Throws
 * `project_not_found`, and `invalid_argument` for a resolution of tasks that are not done. One round trip, one more
 * for the long fields; `ready`: see listReady.
 */
export async function listTasks(call: Call, args: ListTasks) {
  refuseResolution(args.status ?? "done", args.resolution);
  const { limit, cursor, detail, ready, ...filter } = args;
  const { notes, looked_at, ...part } = await (ready
    ? listReady(call, filter, { limit, cursor })
    : listAll(call, filter, { limit, cursor }));
  const { rows, next_cursor, warnings } =
    detail === "full"
      ? fitItems(call.answer, await withLongFields(call, part), (task) => compact(taskDetail(task)), { notes })
      : fitItems(call.answer, part, (task) => compact(taskSummary(task)), { notes });
  return withWarnings({ tasks: rows, next_cursor, ...(looked_at === undefined ? {} : { looked_at }) }, [
    ...warnings,
    ...notes,
  ]);
}

async function listAll(call: Call, filter: TaskFilter, page: Pick<ListTasks, "limit" | "cursor">) {
  const { project_id } = filter;
  const [project, found] = await Promise.all([
    call.store.ref("projects", project_id).get(IDS),
    readPage(call, taskBuckets(filter, MASKS.tasks.summary), page, { tasks: filter }),
  ]);
  if (!project.exists) throw notFound("project", project_id);
  return { ...readItems(maskedTask.summary, "task", found), notes: [], looked_at: undefined };
}

/** The same tasks with their long fields; without those that are gone by now. */
async function withLongFields(call: Call, { items, next_cursor }: Part<TaskRow>): Promise<Part<TaskDetailRow>> {
  const ids = items.flatMap((item) => ("row" in item ? item.row.id : []));
  const found = await call.store.getAll(
    ids.map((id) => call.store.ref("tasks", id)),
    MASKS.tasks.long,
  );
  const byId = new Map(found.filter(({ exists }) => exists).map((snapshot) => [snapshot.id, snapshot]));
  const detailed = items.flatMap((item): Item<TaskDetailRow>[] => {
    if (!("row" in item)) return [item];
    const snapshot = byId.get(item.row.id);
    if (!snapshot) return [];
    const { rows, warnings } = readDocuments(maskedTask.long, "task", [snapshot]);
    const { behind } = item;
    return rows[0] ? [{ row: { ...item.row, ...rows[0] }, behind }] : [{ warning: warnings[0] ?? "", behind }];
  });
  return { items: detailed, next_cursor };
}

/** A row without the nulls within it. */
function compact<T extends ReturnType<typeof taskSummary>>(row: T) {
  return {
    ...row,
    lease: row.lease && withoutNulls(row.lease),
    external_ref: row.external_ref && withoutNulls(row.external_ref),
  };
}
