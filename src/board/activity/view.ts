import { iso } from "../core/result.js";
import type { Activity } from "../model/activity.js";

/** An activity entry as agents see it. */
export function activityEntry(entry: Activity) {
  const { id, project_id, task_id, session_id, agent_name, action, details, metadata, call_id } = entry;
  return {
    id,
    project_id,
    task_id,
    session_id,
    agent_name,
    action,
    details,
    metadata,
    call_id,
    created_at: iso(entry.created_at),
  };
}
