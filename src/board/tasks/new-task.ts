import type { Call } from "../core/call.js";
import { entryAgent, type NamedSession } from "../core/caller.js";
import type { UnitOfWork } from "../core/write.js";
import type { Priority, Resolution, TaskStatus } from "../model/enums.js";
import type { Task } from "../model/task.js";
import { refuseResolution, resolutionIn, statusTimes } from "./change.js";
import { type GivenFields, storedFields } from "./given-fields.js";

/** What a caller says of a task to be made. */
export interface NewTask extends GivenFields {
  title: string;
  status: TaskStatus;
  resolution?: Resolution | undefined;
  priority: Priority;
}

/**
 * The fields of a new task, as a pure function; the times follow from the status as in an update. Throws
 * `invalid_argument` for a resolution without status done.
 */
export function newTask({ resolution, ...given }: NewTask, project_id: string, now: Date): Omit<Task, "id"> {
  const { title, status, priority } = given;
  refuseResolution(status, resolution);
  return {
    project_id,
    title,
    description: null,
    status,
    resolution: resolutionIn(status, resolution),
    priority,
    assigned_agent: null,
    parent_task_id: null,
    depends_on: [],
    labels: [],
    due_at: null,
    external_ref: null,
    riper_mode: null,
    metadata: {},
    lease: null,
    created_at: now,
    updated_at: now,
    ...statusTimes(status, { started_at: null, completed_at: null }, now),
    ...storedFields(given),
  };
}

/**
 * Writes a new task and its `created` entry. `at` is its place in the commit: new tasks are a microsecond apart, so
 * that lists keep their order.
 */
export function storeNewTask(call: Call, { tx, log, now }: UnitOfWork, task: Task, named: NamedSession, at = 0): void {
  const { id, ...fields } = task;
  tx.create(call.store.ref("tasks", id), { ...fields, created_at: call.store.timestamp(now(), at) });
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
