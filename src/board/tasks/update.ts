import { IDS, MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { entryAgent, leaseCaller, type NamedSession, readNamedSession } from "../core/caller.js";
import { refuseStale } from "../core/if-updated-at.js";
import { mergeStored } from "../core/metadata.js";
import { perQuery } from "../core/query-values.js";
import { type UnitOfWork, writeBeside } from "../core/write.js";
import type { Task } from "../model/task.js";
import { changeTask, type TaskChange, type TaskUpdate } from "./change.js";
import { type Edge, refuseCycle } from "./cycles.js";
import { readEndedHolders } from "./ended-holders.js";
import { isHeldElsewhere } from "./lease.js";
import { type Doubts, heldWarnings, progressWarnings, readDoubts } from "./progress-warnings.js";
import {
  byPath,
  type Related,
  relatedRefs,
  requireOpenProject,
  requireRelatives,
  requireTask,
  type SnapshotsByPath,
} from "./relations.js";
import { taskDetail } from "./view.js";

/** The arguments of board_update_task. */
export interface UpdateTask extends TaskChange {
  task_id: string;
  session_id?: string | undefined;
  if_updated_at?: string | undefined;
}

/**
 * Changes a task (docs/contracts.md 3, board_update_task); when nothing would change, nothing is written or logged.
 * What speaks against starting or finishing it is told as a warning. Throws `task_not_found`, `project_not_found` and
 * `project_archived` (of the target of a move), `session_not_found`, `already_claimed`, `dependency_cycle`, `conflict`
 * (if_updated_at), `invalid_argument`.
 */
export async function updateTask(call: Call, args: UpdateTask) {
  const { task_id, session_id, if_updated_at, ...change } = args;
  const doubts = readDoubts(call, [task_id], change);
  return await writeBeside(call, doubts, async (unit) => {
    const related = { project: change.project_id, parent: change.parent_task_id, dependencies: change.depends_on };
    const refs = [call.store.ref("tasks", task_id), ...relatedRefs(call, related)];
    const [snapshots, named, leftBehind] = await Promise.all([
      unit.get(refs.filter((ref, at) => refs.findIndex(({ path }) => path === ref.path) === at)),
      readNamedSession(call, session_id),
      change.project_id === undefined ? [] : subtaskIds(call, task_id),
    ]);
    const read = byPath(snapshots);
    const task = requireTask(call, read, task_id);
    refuseStale("task", task_id, task.updated_at, if_updated_at, () => taskDetail(task));
    const caller = leaseCaller(call, named, change.assigned_agent);
    const holderEnded = (await readEndedHolders(call, unit, [task], caller)).has(task_id);
    const update = changeTask(task, change, { ...caller, holderEnded }, unit.now());
    if (update.fields.metadata && change.metadata)
      update.fields.metadata = mergeStored(
        read.get(call.store.ref("tasks", task_id).path)?.get("metadata"),
        change.metadata,
      );
    await checkRelations(call, unit, task, update, related, read);
    storeUpdate(call, unit, task, update, named, change.assigned_agent);

    const message = update.changes.length === 0 ? "Nothing to change" : "Task updated";
    const held = update.moved.to === "done" && isHeldElsewhere(task, caller, unit.now()) ? [task_id] : [];
    const told = [...named.warnings, ...moveWarnings(task, update, leftBehind), ...heldWarnings(held)];
    return (found: Doubts[]) => {
      const against = update.moved.to === undefined ? [] : found.flatMap(progressWarnings);
      return { id: task_id, changes: update.changes, warnings: [...told, ...against], message };
    };
  });
}

/** Writes what the rules decided and its entry; nothing when nothing changed. Shared by single and bulk updates. */
export function storeUpdate(
  call: Call,
  { tx, log }: UnitOfWork,
  task: Task,
  update: TaskUpdate,
  named: NamedSession,
  assigned: string | null | undefined,
): void {
  if (update.changes.length === 0) return;
  tx.update(call.store.ref("tasks", task.id), update.fields);
  log({
    action: update.action,
    agent_name: entryAgent(named, assigned),
    project_id: update.fields.project_id ?? task.project_id,
    task_id: task.id,
    session_id: named.session?.id ?? null,
    details: `Task updated: ${update.changes.join(", ")}`,
    metadata: {
      changes: update.changes,
      ...update.moved,
      ...(update.changes.includes("resolution") ? { resolution: update.fields.resolution } : {}),
    },
  });
}

async function checkRelations(
  call: Call,
  { get, tx }: UnitOfWork,
  task: Task,
  { changes, fields }: TaskUpdate,
  related: Related,
  read: SnapshotsByPath,
): Promise<void> {
  if (changes.includes("project_id")) requireOpenProject(call, read, fields.project_id ?? task.project_id);
  const parent = changes.includes("parent_task_id") ? fields.parent_task_id : undefined;
  const dependencies = changes.includes("depends_on") ? fields.depends_on : undefined;
  requireRelatives(call, read, { ...related, parent, dependencies }, fields.project_id ?? task.project_id);

  const mask = MASKS.tasks.links;
  const graph = (edge: Edge) => ({
    known: (id: string) => read.get(call.store.ref("tasks", id).path),
    read: (ids: string[]) =>
      get(
        ids.map((id) => call.store.ref("tasks", id)),
        mask,
      ),
    async naming(ids: string[], limit: number) {
      const shape = edge === "depends_on" ? "dependentsOfMany" : "subtasksOfMany";
      const found = perQuery(ids).map((some) =>
        tx.get(call.store.query(shape, { values: { [edge]: some }, mask, limit })),
      );
      return (await Promise.all(found)).flatMap(({ docs }) => docs);
    },
  });
  if (parent) await refuseCycle(task.id, [parent], "parent_task_id", graph("parent_task_id"));
  if (dependencies) await refuseCycle(task.id, dependencies, "depends_on", graph("depends_on"));
}

function moveWarnings(task: Task, { changes, fields }: TaskUpdate, leftBehind: string[]): string[] {
  if (!changes.includes("project_id")) return [];
  const parent = changes.includes("parent_task_id") ? fields.parent_task_id : task.parent_task_id;
  return [
    ...(leftBehind.length > 0 ? [`Subtasks were left in the former project: ${leftBehind.join(", ")}.`] : []),
    ...(parent && parent === task.parent_task_id ? [`The parent ${parent} was left in the former project.`] : []),
  ];
}

async function subtaskIds(call: Call, taskId: string): Promise<string[]> {
  const found = await call.store.query("subtasks", { values: { parent_task_id: taskId }, mask: IDS, limit: 20 }).get();
  return found.docs.map(({ id }) => id);
}
