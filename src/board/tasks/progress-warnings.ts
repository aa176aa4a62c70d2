import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { maskedTask } from "../model/masked.js";
import type { TaskChange } from "./change.js";
import { firstNames } from "./first-names.js";
import { openSubtasks } from "./open-subtasks.js";
import { readRelatives } from "./read-readiness.js";
import { type Blocker, blockerNames, type Relative, waitsFor } from "./readiness.js";

/** What speaks against starting or finishing a task; it is done all the same. */
export interface Doubts {
  id: string;
  finishes: boolean;
  /** What it waits for. */
  blocked_by: Blocker[];
  /** Its subtasks that are not done; only when it is finished. */
  subtasks: string[];
}

/**
 * What speaks against a change that starts or finishes these tasks, as they stand or will stand when the change is
 * made. Read beside its transaction, because it decides nothing: tasks that are not there, and what cannot be read, are
 * left out. Two round trips or three, and one for each further level of ancestors; none when the change does neither.
 */
export async function readDoubts(
  call: Call,
  ids: readonly string[],
  change: Pick<TaskChange, "status" | "resolution" | "depends_on" | "parent_task_id">,
): Promise<Doubts[]> {
  const { status, resolution = "completed", depends_on, parent_task_id } = change;
  if (status !== "done" && status !== "in_progress") return [];
  try {
    const [snapshots, subtasks] = await Promise.all([
      call.store.getAll(
        ids.map((id) => call.store.ref("tasks", id)),
        MASKS.tasks.relative,
      ),
      status === "done" ? openSubtasks(call, ids) : new Map<string, string[]>(),
    ]);
    const present = snapshots.filter(({ exists }) => exists);
    const tasks = readDocuments(maskedTask.relative, "task", present).rows.map((task): Relative => {
      const above = parent_task_id === undefined ? task.parent_task_id : parent_task_id;
      return { ...task, status, resolution: null, depends_on: depends_on ?? task.depends_on, parent_task_id: above };
    });
    const known = await readRelatives(call.store, tasks, new Map(tasks.map((task) => [task.id, task])));
    return tasks.map((task) => ({
      id: task.id,
      finishes: status === "done",
      // What is given up need not wait.
      blocked_by: resolution === "completed" ? waitsFor(task, known).blocked_by : [],
      subtasks: (subtasks.get(task.id) ?? []).filter((id) => !ids.includes(id)),
    }));
  } catch {
    // A change that was made must not look refused because something beside it could not be read.
    return [];
  }
}

/** What the caller is told of one task that it started or finished. */
export function progressWarnings({ id, finishes, blocked_by, subtasks }: Doubts): string[] {
  const done = `Task ${id} was ${finishes ? "finished" : "started"} although`;
  return [
    ...(blocked_by.length > 0 ? [`${done} it waits for: ${firstNames(blockerNames(blocked_by))}.`] : []),
    ...(subtasks.length > 0 ? [`${done} it has open subtasks: ${firstNames(subtasks)}.`] : []),
  ];
}

/** The same for many tasks, of which only the ids are told. */
export function progressWarningsOfMany(doubts: readonly Doubts[]): string[] {
  const done = doubts[0]?.finishes ? "Finished" : "Started";
  const waiting = doubts.filter(({ blocked_by }) => blocked_by.length > 0).map(({ id }) => id);
  const parents = doubts.filter(({ subtasks }) => subtasks.length > 0).map(({ id }) => id);
  return [
    ...(waiting.length > 0
      ? [`${done} although ${waiting.length > 1 ? "they wait" : "it waits"} for others: ${firstNames(waiting)}.`]
      : []),
    ...(parents.length > 0
      ? [`${done} although ${parents.length > 1 ? "they have" : "it has"} open subtasks: ${firstNames(parents)}.`]
      : []),
  ];
}

/** A warning of tasks that were finished while another agent held them. */
export function heldWarnings(ids: readonly string[]): string[] {
  return ids.length > 0
    ? [`Finished although another agent held ${ids.length > 1 ? "them" : "it"}: ${firstNames(ids)}.`]
    : [];
}
