import type { Metadata } from "../core/metadata.js";
import type { Priority, RiperMode, TaskStatus } from "../model/enums.js";
import type { ExternalRef, Task } from "../model/task.js";

/** The fields of a task as callers give them, in a new task as in an update; undefined gives nothing. */
export interface GivenFields {
  title?: string | undefined;
  description?: string | null | undefined;
  status?: TaskStatus | undefined;
  priority?: Priority | undefined;
  /** `""` or null: nobody. */
  assigned_agent?: string | null | undefined;
  riper_mode?: RiperMode | null | undefined;
  parent_task_id?: string | null | undefined;
  depends_on?: string[] | undefined;
  labels?: string[] | undefined;
  /** ISO 8601. */
  due_at?: string | null | undefined;
  external_ref?: ExternalRef | null | undefined;
  metadata?: Metadata | undefined;
}

/** The given fields as they are stored: empty text is null, a dependency counts once, times are times. Pure. */
export function storedFields(given: GivenFields): Partial<Task> {
  const { description, assigned_agent, depends_on, due_at, ...same } = given;
  const fields: Partial<Task> = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined));
  if (description !== undefined) fields.description = description || null;
  if (assigned_agent !== undefined) fields.assigned_agent = assigned_agent || null;
  if (depends_on !== undefined) fields.depends_on = [...new Set(depends_on)];
  if (due_at !== undefined) fields.due_at = due_at === null ? null : new Date(due_at);
  return fields;
}
