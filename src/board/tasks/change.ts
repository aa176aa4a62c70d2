import type { LeaseCaller } from "../core/caller.js";
import { changedFields, pick } from "../core/changed-fields.js";
import { invalidArgument } from "../core/errors.js";
import { checkMetadataSize, mergeMetadata } from "../core/metadata.js";
import { endOf } from "../model/end-time.js";
import type { BoardAction, Resolution, TaskStatus } from "../model/enums.js";
import { resolutionOf, type Task } from "../model/task.js";
import { type GivenFields, storedFields } from "./given-fields.js";
import { LEASE_MINUTES, liveLease, newLease, refuseOtherHolder } from "./lease.js";

/** What a single or bulk update asks of a task; undefined leaves a field alone. */
export interface TaskChange extends GivenFields {
  /** Only of a task that is done, or becomes it by the same change. */
  resolution?: Resolution | undefined;
  project_id?: string | undefined;
}

/** The outcome of the rules: what to write, and how the log tells it. */
export interface TaskUpdate {
  /** The fields that the caller changed, by name; empty means that nothing is to be written. */
  changes: string[];
  /** Fields to store, those that follow from the change (times, lease) included. */
  fields: Partial<Task>;
  action: BoardAction;
  /** For the entry's metadata: the status before and after, when it changed. */
  moved: { from?: string; to?: string };
}

/**
 * The rules of board_update_task and board_bulk_update_tasks (docs/contracts.md 3), as a pure function. `caller` is who
 * calls, and under which name. Throws `already_claimed` when another agent holds the task, and `invalid_argument` when
 * the merged metadata grows too large or a resolution is given to a task that is not done.
 */
export function changeTask(task: Task, change: TaskChange, caller: LeaseCaller, now: Date): TaskUpdate {
  refuseResolution(change.status ?? task.status, change.resolution);
  const wanted = wantedFields(task, change);
  const changes = changedFields({ ...task, resolution: resolutionOf(task) }, wanted);
  if (changes.length === 0) return { changes, fields: {}, action: "updated", moved: {} };
  if (changes.includes("status") || changes.includes("assigned_agent")) refuseOtherHolder(task, caller, now);

  const status = changes.includes("status") ? change.status : undefined;
  const lease = leaseAfter(task, wanted, now);
  const fields: Partial<Task> = {
    ...pick(wanted, changes),
    ...(status ? { ...statusTimes(status, task, now), resolution: resolutionIn(status, change.resolution) } : {}),
    ...(lease === task.lease ? {} : { lease }),
    updated_at: now,
  };
  return {
    changes,
    fields,
    action: logAction(wanted, changes),
    moved: status ? { from: task.status, to: status } : {},
  };
}

/**
 * When a task that enters `status` was started and completed. Work begins with the first in_progress and is forgotten
 * when the task goes back to the queue; a task that is done without having been in progress started when it ended.
 */
export function statusTimes(
  status: TaskStatus,
  before: Pick<Task, "started_at" | "completed_at">,
  now: Date,
): Pick<Task, "started_at" | "completed_at"> {
  const queued = status === "todo" || status === "backlog";
  const working = status === "in_progress" || status === "done";
  const started_at = queued ? null : (before.started_at ?? (working ? now : null));
  return { started_at, completed_at: status === "done" ? endOf(started_at, now) : null };
}

/**
 * The resolution of a task that enters `status`: the given one, else `completed`; null in any other status than done.
 */
export function resolutionIn(status: TaskStatus, given: Resolution | undefined): Resolution | null {
  return status === "done" ? (given ?? "completed") : null;
}

/** Refuses a resolution for a task that is not done, with `invalid_argument`. */
export function refuseResolution(status: string, given: Resolution | undefined): void {
  if (given !== undefined && status !== "done")
    throw invalidArgument("resolution is only for tasks that are done.", "Give status done with it, or leave it out.");
}

/**
 * A lease is for work in progress: it ends when the task leaves in_progress or is unassigned, and moves to the new
 * holder in a transfer.
 */
function leaseAfter(task: Task, wanted: Partial<Task>, now: Date): Task["lease"] {
  const { status = task.status, assigned_agent = task.assigned_agent } = wanted;
  if (task.lease === null || status !== "in_progress" || assigned_agent === null) return null;
  if (assigned_agent === task.lease.agent_name) return task.lease;
  // Over which connection the new assignee works is not known before it claims the task.
  const taken = { agent_name: assigned_agent, session_id: null, holder: null };
  return liveLease(task, now) && newLease(taken, LEASE_MINUTES, now);
}

function wantedFields(task: Task, { resolution, project_id, metadata, ...given }: TaskChange): Partial<Task> {
  const wanted: Partial<Task> = storedFields(given);
  if (resolution !== undefined) wanted.resolution = resolution;
  if (project_id !== undefined) wanted.project_id = project_id;
  if (metadata !== undefined) {
    wanted.metadata = mergeMetadata(task.metadata, metadata);
    checkMetadataSize("metadata", wanted.metadata);
  }
  return wanted;
}

function logAction(wanted: Partial<Task>, changes: readonly string[]): BoardAction {
  if (changes.includes("resolution") && wanted.resolution === "cancelled") return "cancelled";
  if (changes.includes("status") && wanted.status === "done") return "completed";
  if (changes.includes("status") && wanted.status === "blocked") return "blocked";
  if (changes.includes("assigned_agent") && wanted.assigned_agent) return "claimed";
  if (changes.includes("riper_mode")) return "mode_changed";
  return "updated";
}
