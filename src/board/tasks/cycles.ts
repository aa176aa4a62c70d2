import type { Snapshot } from "../../firestore/store.js";
import { BoardError } from "../core/errors.js";
import { readDocument } from "../core/read-document.js";
import { taskDocument } from "../model/task.js";

/** How far a check follows a graph before it gives up; each level costs one read round trip. */
const MAX_LEVELS = 200;
const MAX_TASKS = 2_000;

/** What a cycle check follows: a task's dependencies, or its parent. */
export type Edge = "depends_on" | "parent_task_id";

/** Reads tasks inside the transaction, by id. */
export type ReadTasks = (ids: string[]) => Promise<Snapshot[]>;

/**
 * Refuses an edge set that would lead from `start`'s targets back to it, with `dependency_cycle` and the ids on the
 * way. Reads one level per round trip, inside the transaction, so that two agents who each add one half cannot both
 * succeed. `known` gives documents that the caller has already read. Throws `guard_refused` on a graph too large to
 * check.
 */
export async function refuseCycle(
  start: string,
  targets: readonly string[],
  edge: Edge,
  known: (id: string) => Snapshot | undefined,
  read: ReadTasks,
): Promise<void> {
  const cameFrom = new Map<string, string>();
  let level = new Map(targets.map((id) => [id, start]));
  for (let depth = 0; level.size > 0; depth += 1) {
    if (depth === MAX_LEVELS || cameFrom.size > MAX_TASKS)
      throw new BoardError(
        "guard_refused",
        `More than ${MAX_LEVELS} levels or ${MAX_TASKS} tasks stand behind task ${start}: too many to check for a cycle.`,
        "Break the chain into smaller ones.",
      );
    for (const [id, from] of level) cameFrom.set(id, from);
    if (level.has(start)) throw cycleError(pathBack(start, cameFrom), edge);
    const ids = [...level.keys()];
    const missing = ids.filter((id) => known(id) === undefined);
    const fetched = new Map((await read(missing)).map((snapshot) => [snapshot.id, snapshot]));
    const next = new Map<string, string>();
    for (const id of ids)
      for (const target of edgesOf(known(id) ?? fetched.get(id), edge)) if (!cameFrom.has(target)) next.set(target, id);
    level = next;
  }
}

function edgesOf(snapshot: Snapshot | undefined, edge: Edge): string[] {
  if (!snapshot?.exists) return [];
  const task = readDocument(taskDocument, "task", snapshot);
  if (edge === "depends_on") return task.depends_on;
  return task.parent_task_id === null ? [] : [task.parent_task_id];
}

function pathBack(start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [start];
  for (let id = cameFrom.get(start); id !== undefined && id !== start; id = cameFrom.get(id)) path.unshift(id);
  path.unshift(start);
  return path;
}

/** `dependency_cycle` with the names on the way, the first one again at the end. */
export function cycleError(path: readonly string[], edge: Edge): BoardError {
  const what = edge === "depends_on" ? "dependencies" : "parents";
  return new BoardError(
    "dependency_cycle",
    `The ${what} would form a cycle: ${path.join(" -> ")}.`,
    "Leave out one of these links.",
    { cycle: path },
  );
}

/**
 * A cycle of a graph that is known whole: the names on the way, the first one again at the end; null when there is
 * none. Names without an entry lead nowhere.
 */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | null {
  const safe = new Set<string>();
  const search = (name: string, way: readonly string[]): string[] | null => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (safe.has(name)) return null;
    for (const target of edges.get(name) ?? []) {
      const cycle = search(target, [...way, name]);
      if (cycle) return cycle;
    }
    safe.add(name);
    return null;
  };
  for (const name of edges.keys()) {
    const cycle = search(name, []);
    if (cycle) return cycle;
  }
  return null;
}
