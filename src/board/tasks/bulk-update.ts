import type { Call } from "../core/call.js";
import { leaseCaller, readNamedSession } from "../core/caller.js";
import { withWarnings } from "../core/result.js";
import { writeBeside } from "../core/write.js";
import type { Priority, Resolution, TaskStatus } from "../model/enums.js";
import { changeTask } from "./change.js";
import { readEndedHolders } from "./ended-holders.js";
import { isHeldElsewhere } from "./lease.js";
import { type Doubts, heldWarnings, progressWarningsOfMany, readDoubts } from "./progress-warnings.js";
import { byPath, relatedRefs, requireOpenProject, requireTask } from "./relations.js";
import { storeUpdate } from "./update.js";

/** The arguments of board_bulk_update_tasks. */
export interface BulkUpdateTasks {
  task_ids: string[];
  project_id?: string | undefined;
  status?: TaskStatus | undefined;
  resolution?: Resolution | undefined;
  priority?: Priority | undefined;
  assigned_agent?: string | null | undefined;
  session_id?: string | undefined;
}

/**
 * Changes 1-100 tasks alike, all or none (docs/contracts.md 3, board_bulk_update_tasks), by the rules of the single
 * update. Tasks that already are as wanted are not written. Throws as updateTask does.
 */
export async function bulkUpdateTasks(call: Call, args: BulkUpdateTasks) {
  const { task_ids, session_id, ...change } = args;
  const ids = [...new Set(task_ids)];
  return await writeBeside(call, readDoubts(call, ids, change), async (unit) => {
    const taskRefs = ids.map((id) => call.store.ref("tasks", id));
    const [snapshots, named] = await Promise.all([
      unit.get([...taskRefs, ...relatedRefs(call, { project: change.project_id })]),
      readNamedSession(call, session_id),
    ]);
    const read = byPath(snapshots);
    const caller = leaseCaller(call, named, change.assigned_agent);
    const tasks = ids.map((id) => requireTask(call, read, id));
    const ended = await readEndedHolders(call, unit, tasks, caller);
    const now = unit.now();
    const updates = tasks.map((task) => {
      const holderEnded = ended.has(task.id);
      return { task, update: changeTask(task, change, { ...caller, holderEnded }, now) };
    });
    if (change.project_id !== undefined && updates.some(({ update }) => update.changes.includes("project_id")))
      requireOpenProject(call, read, change.project_id);
    for (const { task, update } of updates) storeUpdate(call, unit, task, update, named, change.assigned_agent);

    const changed = updates.filter(({ update }) => update.changes.length > 0).length;
    const result = { requested: ids.length, changed, no_op: ids.length - changed, message: "Tasks updated" };
    const moved = new Set(updates.flatMap(({ task, update }) => (update.moved.to === undefined ? [] : [task.id])));
    const held = updates.filter(({ task, update }) => update.moved.to === "done" && isHeldElsewhere(task, caller, now));
    const told = [...named.warnings, ...heldWarnings(held.map(({ task }) => task.id))];
    return (doubts: Doubts[]) => {
      const ofMoved = doubts.filter(({ id }) => moved.has(id));
      return withWarnings(result, [...told, ...progressWarningsOfMany(ofMoved)]);
    };
  });
}
