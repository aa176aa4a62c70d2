import type { Call } from "../core/call.js";
import { entryAgent, type NamedSession } from "../core/caller.js";
import type { Metadata } from "../core/metadata.js";
import type { UnitOfWork } from "../core/write.js";
import type { Priority, Resolution, RiperMode, TaskStatus } from "../model/enums.js";
import type { Task } from "../model/task.js";
import { refuseResolution, resolutionIn, statusTimes } from "./change.js";

/** What a caller says of a task to be made. */
export interface NewTask {
  title: string;
  description?: string | null | undefined;
  status: TaskStatus;
  resolution?: Resolution | undefined;
  priority: Priority;
  assigned_agent?: string | null | undefined;
  parent_task_id?: string | null | undefined;
  depends_on?: string[] | undefined;
  riper_mode?: RiperMode | null | undefined;
  metadata?: Metadata | undefined;
}

/**
 * The fields of a new task, as a pure function: `""` assigns nobody, a dependency counts once, and the times follow from the
 * status as in an update. Throws `invalid_argument` for a resolution without status done.
 */
export function newTask(given: NewTask, project_id: string, now: Date): Omit<Task, "id"> {
  const { title, status, priority } = given;
  refuseResolution(status, given.resolution);
  return {
    project_id,
    title,
    description: given.description || null,
    status,
    resolution: resolutionIn(status, given.resolution),
    priority,
    assigned_agent: given.assigned_agent || null,
    parent_task_id: given.parent_task_id ?? null,
    depends_on: [...new Set(given.depends_on)],
    riper_mode: given.riper_mode ?? null,
    metadata: given.metadata ?? {},
    lease: null,
    created_at: now,
    updated_at: now,
    ...statusTimes(status, { started_at: null, completed_at: null }, now),
  };
}

/** Writes a new task and its `created` entry. */
export function storeNewTask(call: Call, { tx, log }: UnitOfWork, task: Task, named: NamedSession): void {
  const { id, ...fields } = task;
  tx.create(call.store.ref("tasks", id), fields);
  log({
    action: "created",
    agent_name: entryAgent(named, task.assigned_agent),
    project_id: task.project_id,
    task_id: id,
    session_id: named.session?.id ?? null,
    details: "Task created",
    metadata: { from: null, to: task.status },
  });
}
