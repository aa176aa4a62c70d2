import type { Call } from "../core/call.js";
import { notFound } from "../core/errors.js";
import { fitItems, readItems } from "../core/list-answer.js";
import { type Bucket, readPage } from "../core/paging.js";
import { withWarnings } from "../core/result.js";
import { withoutNulls } from "../core/row.js";
import { type Task, taskDocument } from "../model/task.js";
import { refuseResolution } from "./change.js";
import { type TaskFilter, taskBuckets } from "./list-order.js";
import { listReady } from "./list-ready.js";
import { leaseView, taskDetail, taskSummary } from "./view.js";

/** The arguments of board_get_tasks. */
export interface ListTasks extends TaskFilter {
  ready?: boolean | undefined;
  detail: "summary" | "full";
  limit: number;
  cursor?: string | undefined;
}

/**
 * A project's tasks (docs/contracts.md 3, board_get_tasks), as many as the answer has room for. Throws
 * `project_not_found`, and `invalid_argument` for a resolution of tasks that are not done. One round trip; `ready`: see
 * listReady.
 */
export async function listTasks(call: Call, args: ListTasks) {
  refuseResolution(args.status ?? "done", args.resolution);
  const { limit, cursor, detail, ready, ...filter } = args;
  const view = detail === "full" ? taskDetail : taskSummary;
  const row = (task: Task) => ({
    ...view(task),
    lease: task.lease && withoutNulls(leaseView(task.lease)),
    external_ref: task.external_ref && withoutNulls(task.external_ref),
  });
  if (ready) {
    const { notes, looked_at, ...part } = await listReady(call, filter, { limit, cursor });
    const { rows, next_cursor, warnings } = fitItems(call.answer, part, row, { notes });
    return withWarnings({ tasks: rows, next_cursor, looked_at }, [...warnings, ...notes]);
  }
  const buckets = taskBuckets(filter);
  const [project, found] = await Promise.all([
    call.store.ref("projects", args.project_id).get(),
    readPage(call, detail === "full" ? buckets : buckets.map(summarised), { limit, cursor }, { tasks: filter }),
  ]);
  if (!project.exists) throw notFound("project", args.project_id);
  const { rows, next_cursor, warnings } = fitItems(call.answer, readItems(taskDocument, "task", found), row);
  return withWarnings({ tasks: rows, next_cursor }, warnings);
}

/** The same query without the long fields: a description alone may take 200 KB. */
function summarised(bucket: Bucket): Bucket {
  return { ...bucket, fields: Object.keys(taskDocument.shape).filter((field) => !LONG_FIELDS.includes(field)) };
}

const LONG_FIELDS = ["description", "metadata"];
