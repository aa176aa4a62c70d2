import { iso } from "../core/result.js";
import { resolutionOf, type Task } from "../model/task.js";

/** A task in a list. */
export function taskSummary(task: Task) {
  const { id, project_id, title, status, priority, assigned_agent, parent_task_id, depends_on, riper_mode } = task;
  const { labels, external_ref } = task;
  const lease = task.lease && {
    agent_name: task.lease.agent_name,
    session_id: task.lease.session_id,
    expires_at: task.lease.expires_at.toISOString(),
  };
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
    lease,
    created_at: iso(task.created_at),
    updated_at: iso(task.updated_at),
    started_at: iso(task.started_at),
    completed_at: iso(task.completed_at),
  };
}

/** A task with its long fields. */
export function taskDetail(task: Task) {
  return { ...taskSummary(task), description: task.description, metadata: task.metadata };
}
