import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { BoardError } from "../core/errors.js";
import { existingTask } from "../core/existing.js";
import { perQuery } from "../core/query-values.js";
import { readDocument } from "../core/read-document.js";
import { type UnitOfWork, write } from "../core/write.js";
import { LIMITS } from "../model/limits.js";
import { type Task, taskDocument } from "../model/task.js";
import { firstNames } from "./first-names.js";

/** The arguments of board_delete_task. */
export interface DeleteTask {
  task_id: string;
  require_done: boolean;
  cascade_subtasks: boolean;
}

/**
 * Deletes a task, with its subtasks when asked to, and takes the ids out of other tasks' depends_on; each deleted or
 * changed task gets its entry (docs/contracts.md 3, board_delete_task). The guards hold inside the transaction.
 * Throws `task_not_found` and `guard_refused`.
 */
export async function deleteTask(call: Call, args: DeleteTask) {
  return await write(call, async (unit) => {
    const deleted = await readSubtree(call, unit, args);
    if (args.require_done) refuseUnfinished(deleted);
    const dependents = await readDependents(call, unit, deleted);

    for (const task of deleted) deleteOne(call, unit, task);
    for (const task of dependents) dropDependencies(call, unit, task, deleted);
    const message = deleted.length === 1 ? "Task deleted" : `${deleted.length} tasks deleted`;
    return { deleted_task_ids: deleted.map(({ id }) => id), message };
  });
}

async function readSubtree(call: Call, { tx, get }: UnitOfWork, args: DeleteTask): Promise<Task[]> {
  const [rootSnapshot] = await get([call.store.ref("tasks", args.task_id)]);
  const subtree = new Map([[args.task_id, existingTask(rootSnapshot, args.task_id)]]);
  let level = [args.task_id];
  while (level.length > 0) {
    const children = await inChunks(level, (ids) =>
      tx.get(call.store.query("subtasksOfMany", { values: { parent_task_id: ids }, limit: LIMITS.deletedTasks + 1 })),
    );
    if (children.length > 0 && !args.cascade_subtasks)
      throw new BoardError(
        "guard_refused",
        `Task ${args.task_id} has subtasks: ${firstNames(children.map(idOf))}.`,
        "Finish or delete the subtasks first.",
      );
    const added = children.filter(({ id }) => !subtree.has(id));
    for (const child of added) subtree.set(child.id, task(child));
    if (subtree.size > LIMITS.deletedTasks)
      throw new BoardError(
        "guard_refused",
        `Task ${args.task_id} has more than ${LIMITS.deletedTasks - 1} subtasks.`,
        "Delete parts of the tree first.",
      );
    level = added.map(({ id }) => id);
  }
  return [...subtree.values()];
}

function refuseUnfinished(deleted: readonly Task[]): void {
  const open = deleted.filter(({ status }) => status !== "done");
  if (open.length > 0)
    throw new BoardError(
      "guard_refused",
      `Not done: ${firstNames(open.map(idOf))}.`,
      "Finish the work first; only done tasks are deleted.",
    );
}

async function readDependents(call: Call, { tx }: UnitOfWork, deleted: readonly Task[]): Promise<Task[]> {
  const ids = deleted.map(({ id }) => id);
  const found = await inChunks(ids, (chunk) =>
    tx.get(call.store.query("dependentsOfMany", { values: { depends_on: chunk }, limit: "all" })),
  );
  const outside = found.filter(({ id }) => !ids.includes(id));
  return [...new Map(outside.map((snapshot) => [snapshot.id, task(snapshot)])).values()];
}

function deleteOne(
  call: Call,
  { tx, log }: UnitOfWork,
  { id, project_id, title, status, priority, assigned_agent }: Task,
) {
  tx.delete(call.store.ref("tasks", id));
  log({
    action: "deleted",
    agent_name: null,
    project_id,
    task_id: id,
    details: "Task deleted",
    metadata: { title, status, priority, assigned_agent },
  });
}

function dropDependencies(call: Call, { tx, log, now }: UnitOfWork, dependent: Task, deleted: readonly Task[]): void {
  const gone = new Set(deleted.map(({ id }) => id));
  tx.update(call.store.ref("tasks", dependent.id), {
    depends_on: dependent.depends_on.filter((id) => !gone.has(id)),
    updated_at: now(),
  });
  log({
    action: "updated",
    agent_name: null,
    project_id: dependent.project_id,
    task_id: dependent.id,
    details: "A dependency was deleted",
    metadata: { changes: ["depends_on"], removed: dependent.depends_on.filter((id) => gone.has(id)) },
  });
}

async function inChunks(ids: readonly string[], find: (chunk: string[]) => Promise<{ docs: Snapshot[] }>) {
  return (await Promise.all(perQuery(ids).map(find))).flatMap(({ docs }) => docs);
}

const task = (snapshot: Snapshot): Task => readDocument(taskDocument, "task", snapshot);

const idOf = ({ id }: { id: string }): string => id;
