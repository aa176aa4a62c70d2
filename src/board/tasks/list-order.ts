import type { Mask } from "../../firestore/masks.js";
import type { Snapshot } from "../../firestore/store.js";
import type { Bucket } from "../core/paging.js";
import { OPEN_STATUSES, PRIORITIES, type Resolution, TASK_STATUSES } from "../model/enums.js";
import { timestamp } from "../model/fields.js";

/** Which tasks of a project are wanted. */
export interface TaskFilter {
  project_id: string;
  status?: string | undefined;
  /** Only of done tasks: a status is then not needed. */
  resolution?: Resolution | undefined;
  priority?: string | undefined;
  /** `""` means unassigned. */
  assigned_agent?: string | undefined;
  parent_task_id?: string | undefined;
  label?: string | undefined;
  /** ISO 8601; tasks without a due time are then left out. */
  due_before?: string | undefined;
  include_done?: boolean | undefined;
}

/**
 * The queries that give a project's tasks by priority, then created_at (docs/contracts.md 1: no stored rank, one query
 * per priority); with `due_before` by due_at. Tasks whose priority or status is none of ours, typed into the console by
 * a lead, come last. The mask must hold what the filter asks for, and the status.
 */
export function taskBuckets(filter: TaskFilter, mask: Mask): Bucket[] {
  const { project_id, priority } = filter;
  const status = filter.resolution === undefined ? filter.status : "done";
  const statuses = status !== undefined ? [status] : filter.include_done ? undefined : OPEN_STATUSES;
  const values = {
    project_id,
    assigned_agent: filter.assigned_agent === "" ? null : filter.assigned_agent,
    parent_task_id: filter.parent_task_id,
    labels: filter.label,
    // A missing resolution means completed, which no query can ask for.
    resolution: filter.resolution === "completed" ? undefined : filter.resolution,
  };
  const known = priority !== undefined ? [priority] : PRIORITIES;
  const byPriority = known.map<Bucket>((value) => ({
    shape: "tasksByPriority",
    mask,
    values: { ...values, priority: value, ...(statuses ? { status: statuses } : {}) },
    keep: (document) => hasResolution(document, filter.resolution),
  }));

  const matches = (field: "assigned_agent" | "parent_task_id", document: Snapshot) =>
    values[field] === undefined || ((document.get(field) as unknown) ?? null) === values[field];
  const due = filter.due_before === undefined ? undefined : new Date(filter.due_before);
  const keepOthers: Bucket["keep"] = (document) =>
    matches("assigned_agent", document) &&
    matches("parent_task_id", document) &&
    hasResolution(document, filter.resolution) &&
    (filter.label === undefined || hasLabel(document, filter.label)) &&
    (due === undefined || isDueBefore(document, due));
  const unknownPriority: Bucket = {
    shape: "tasksOfUnknownPriority",
    mask,
    values: { project_id, priority: [...PRIORITIES] },
    keep: (document) =>
      keepOthers(document) && (!statuses || statuses.some((status) => status === document.get("status"))),
  };
  const unknownStatus: Bucket = {
    shape: "tasksOfUnknownStatus",
    mask,
    values: { project_id, status: [...TASK_STATUSES] },
    keep: (document) =>
      keepOthers(document) && (priority === undefined || (document.get("priority") as unknown) === priority),
  };
  const byDueTime: Bucket = {
    shape: "tasksByDueTime",
    mask,
    values: { ...values, due_at: due, ...(priority ? { priority } : {}), ...(statuses ? { status: statuses } : {}) },
    keep: (document) => hasResolution(document, filter.resolution),
  };
  return [
    ...(due ? [byDueTime] : byPriority),
    // By due time, the one query finds every priority.
    ...(priority === undefined && !due ? [unknownPriority] : []),
    // With done tasks asked for, the queries do not filter by status and have found these already.
    ...(statuses && status === undefined ? [unknownStatus] : []),
  ];
}

function hasResolution(document: Snapshot, wanted: Resolution | undefined): boolean {
  return wanted === undefined || ((document.get("resolution") as unknown) ?? "completed") === wanted;
}

function hasLabel(document: Snapshot, label: string): boolean {
  const labels: unknown = document.get("labels");
  return Array.isArray(labels) && labels.includes(label);
}

function isDueBefore(document: Snapshot, time: Date): boolean {
  const due = timestamp.safeParse(document.get("due_at")).data;
  return due !== undefined && due < time;
}
