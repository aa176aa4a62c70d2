import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { perQuery } from "../core/query-values.js";
import { firstNames } from "./first-names.js";

/** How many subtasks one query reads. */
const SUBTASKS = 200;

/**
 * Which of these tasks have subtasks that are not done: their ids by parent, some when there are many. Read beside any
 * transaction, because it decides nothing that must hold: a subtask that is made at the same moment might as well have
 * been made after. One round trip, two when there are hundreds of subtasks.
 */
export async function openSubtasks(call: Call, parents: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const byParent = new Map<string, string[]>();
  /** Whether all that matches was read. */
  const read = async (ids: string[], limit: number): Promise<boolean> => {
    const values = { parent_task_id: ids, status: "done" };
    const { docs } = await call.store.query("openSubtasksOfMany", { values, mask: MASKS.tasks.parent, limit }).get();
    for (const subtask of docs) {
      const parent = subtask.get("parent_task_id") as string;
      byParent.set(parent, [...(byParent.get(parent) ?? []), subtask.id]);
    }
    return docs.length < limit;
  };
  await Promise.all(
    perQuery(parents).map(async (ids) => {
      if (await read(ids, SUBTASKS)) return;
      // The subtasks of a few may have left no room for those of others.
      await Promise.all(ids.filter((id) => !byParent.has(id)).map((id) => read([id], 1)));
    }),
  );
  return byParent;
}

/** What a caller is told of the open subtasks of the task that it takes. */
export function openSubtaskWarnings(open: readonly string[]): string[] {
  return open.length > 0 ? [`It has open subtasks, which are the work: ${firstNames(open)}.`] : [];
}
