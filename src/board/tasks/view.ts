import { iso } from "../core/result.js";
import type { maskedTask, RowOf } from "../model/masked.js";
import { type Lease, resolutionOf } from "../model/task.js";

/** Who holds a task, as agents see it. */
function leaseView({ agent_name, session_id, expires_at }: Lease) {
  return { agent_name, session_id, expires_at: expires_at.toISOString() };
}

/** What a row shows of a task. */
export type TaskRow = RowOf<typeof maskedTask.summary>;
/** The same with the long fields. */
export type TaskDetailRow = TaskRow & RowOf<typeof maskedTask.long>;

/** A task without its long fields. */
export function taskSummary(task: TaskRow) {
  const { id, project_id, title, status, priority, assigned_agent, parent_task_id, depends_on, riper_mode } = task;
  const { labels, external_ref } = task;
  return {
    id,
    project_id,
    title,
    status,
    resolution: resolutionOf(task),
    priority,
    assigned_agent,
    parent_task_id,
    depends_on,
    labels,
    due_at: iso(task.due_at),
    external_ref,
    riper_mode,
    lease: task.lease && leaseView(task.lease),
    created_at: iso(task.created_at),
    updated_at: iso(task.updated_at),
    started_at: iso(task.started_at),
    completed_at: iso(task.completed_at),
  };
}

/** A task with its long fields. */
export function taskDetail(task: TaskDetailRow) {
  return { ...taskSummary(task), description: task.description, metadata: task.metadata };
}
