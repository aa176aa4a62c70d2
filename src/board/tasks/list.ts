import type { Call } from "../core/call.js";
import { notFound } from "../core/errors.js";
import { firstOf, fitItems, readItems } from "../core/list-answer.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { withoutNulls } from "../core/row.js";
import { type Task, taskDocument } from "../model/task.js";
import { refuseResolution } from "./change.js";
import { type TaskFilter, taskBuckets } from "./list-order.js";
import { isReady } from "./readiness.js";
import { leaseView, taskDetail, taskSummary } from "./view.js";

/** The arguments of board_get_tasks. */
export interface ListTasks extends TaskFilter {
  ready?: boolean | undefined;
  detail: "summary" | "full";
  limit: number;
  cursor?: string | undefined;
}

/** How many open tasks `ready: true` looks at, in the list's order. */
const READY_WINDOW = 200;

/**
 * A project's tasks (docs/contracts.md 3, board_get_tasks), as many as the answer has room for. Throws
 * `project_not_found`, and `invalid_argument` for a resolution of tasks that are not done. One round trip, `ready` two.
 */
export async function listTasks(call: Call, args: ListTasks) {
  refuseResolution(args.status ?? "done", args.resolution);
  const { limit, cursor, detail, ready, ...filter } = args;
  const buckets = taskBuckets(filter);
  const page = { limit: ready ? READY_WINDOW : limit, cursor };
  const [project, found] = await Promise.all([
    call.store.ref("projects", args.project_id).get(),
    readPage(call, buckets, page, { tasks: filter }),
  ]);
  if (!project.exists) throw notFound("project", args.project_id);
  const part = readItems(taskDocument, "task", found);
  const view = detail === "full" ? taskDetail : taskSummary;
  const row = (task: Task) => ({
    ...view(task),
    lease: task.lease && withoutNulls(leaseView(task.lease)),
    external_ref: task.external_ref && withoutNulls(task.external_ref),
  });
  if (!ready) {
    const { rows, next_cursor, warnings } = fitItems(call.answer, part, row);
    return withWarnings({ tasks: rows, next_cursor }, warnings);
  }
  const read = part.items.flatMap((item) => ("row" in item ? item.row : []));
  const known = await readDependencies(call, read);
  const now = call.now();
  const startable = firstOf(part, limit, (task) => isReady(task, known, now));
  const { rows, next_cursor, warnings } = fitItems(call.answer, startable, row);
  return withWarnings({ tasks: rows, next_cursor, looked_at: read.length }, warnings);
}

/** The dependencies of these tasks, by id; those that do not exist or cannot be read are absent. */
export async function readDependencies(call: Call, tasks: readonly Task[]): Promise<Map<string, Task>> {
  const ids = [...new Set(tasks.flatMap(({ depends_on }) => depends_on))];
  const snapshots = await call.store.getAll(ids.map((id) => call.store.ref("tasks", id)));
  const { rows } = readDocuments(
    taskDocument,
    "task",
    snapshots.filter(({ exists }) => exists),
  );
  return new Map(rows.map((task) => [task.id, task]));
}
