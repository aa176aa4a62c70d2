import type { Snapshot } from "../../firestore/store.js";
import { BoardError } from "../core/errors.js";
import { readDocument } from "../core/read-document.js";
import { maskedTask } from "../model/masked.js";

/** How far a check follows a graph in each direction before it gives up; each level costs one read round trip. */
const MAX_LEVELS = 200;
const MAX_TASKS = 2_000;

/** What a cycle check follows: a task's dependencies, or its parent. */
export type Edge = "depends_on" | "parent_task_id";

/** How a cycle check reads tasks, inside the transaction. */
export interface TaskGraph {
  /** A document that the caller has already read. */
  known(id: string): Snapshot | undefined;
  /** The tasks of these ids: their links at least. */
  read(ids: string[]): Promise<Snapshot[]>;
  /** The tasks that name one of these as a dependency or parent, their links at least; at most `limit` for each query it takes. */
  naming(ids: string[], limit: number): Promise<Snapshot[]>;
}

/** From which task a walk came to each other one, and how it ended. */
interface Walk {
  cameFrom: ReadonlyMap<string, string>;
  /** The first task for which the walk was to stop. */
  met: string | undefined;
  /** Whether it saw everything that can be reached. */
  ended: boolean;
}

/**
 * Refuses links from `start` to `targets` that would close a circle, with `dependency_cycle` and the ids on the way.
 * Reads one level per round trip, inside the transaction, so that two agents who each add one half cannot both succeed.
 *
 * The one rule for links, whoever makes them: refused is what closes a circle, or what cannot be told to close none. It
 * is looked for behind the targets first, then before `start`, among the tasks that wait for it; where one side ends
 * within 200 levels and 2,000 tasks, a chain may be as long as it likes. Nothing waits for a task that is being made, so
 * new tasks need no check beyond their own call's (call-refs.ts). Throws `guard_refused` when neither side ends.
 */
export async function refuseCycle(
  start: string,
  targets: readonly string[],
  edge: Edge,
  { known, read, naming }: TaskGraph,
): Promise<void> {
  const behind = await walk(
    start,
    targets,
    (id) => id === start,
    async (ids) => {
      const fetched = new Map((await read(ids.filter((id) => !known(id)))).map((snapshot) => [snapshot.id, snapshot]));
      return ids.flatMap((id) => edgesOf(known(id) ?? fetched.get(id), edge).map((target) => [target, id] as const));
    },
  );
  if (behind.met !== undefined) throw cycleError([start, ...wayTo(start, behind.met, behind)], edge);
  if (behind.ended) return;

  const namers = async (ids: string[]) => {
    const asked = new Set(ids);
    return (await naming(ids, MAX_TASKS + 1)).flatMap((snapshot) =>
      edgesOf(snapshot, edge).flatMap((id) => (asked.has(id) ? [[snapshot.id, id] as const] : [])),
    );
  };
  const first = (await namers([start])).map(([id]) => id);
  const before = await walk(start, first, (id) => behind.cameFrom.has(id), namers);
  if (before.met !== undefined) {
    const back = wayTo(start, before.met, before).reverse();
    throw cycleError([start, ...wayTo(start, before.met, behind), ...back.slice(1), start], edge);
  }
  if (before.ended) return;
  throw new BoardError(
    "guard_refused",
    `Whether this closes a circle cannot be told: more than ${MAX_LEVELS} levels or ${MAX_TASKS} tasks stand behind the link, and as many before task ${start}.`,
    "Link tasks nearer to an end of the chain, or take a link out of it first.",
  );
}

/**
 * Follows links, level by level, from `first`, which `start` leads to. `follow` gives pairs: where a link leads, and from
 * where.
 */
async function walk(
  start: string,
  first: readonly string[],
  stopsAt: (id: string) => boolean,
  follow: (ids: string[]) => Promise<(readonly [to: string, from: string])[]>,
): Promise<Walk> {
  const cameFrom = new Map<string, string>();
  let level = new Map(first.map((id) => [id, start]));
  for (let depth = 0; level.size > 0; depth += 1) {
    if (depth === MAX_LEVELS || cameFrom.size > MAX_TASKS) return { cameFrom, met: undefined, ended: false };
    for (const [id, from] of level) cameFrom.set(id, from);
    const ids = [...level.keys()];
    const met = ids.find(stopsAt);
    if (met !== undefined) return { cameFrom, met, ended: false };
    level = new Map((await follow(ids)).filter(([to]) => !cameFrom.has(to)));
  }
  return { cameFrom, met: undefined, ended: true };
}

function edgesOf(snapshot: Snapshot | undefined, edge: Edge): string[] {
  if (!snapshot?.exists) return [];
  const task = readDocument(maskedTask.links, "task", snapshot);
  if (edge === "depends_on") return task.depends_on;
  return task.parent_task_id === null ? [] : [task.parent_task_id];
}

/** The tasks on a walk's way from `start` to `id`, without `start`. */
function wayTo(start: string, id: string, { cameFrom }: Walk): string[] {
  const path = [id];
  for (let from = cameFrom.get(id); from !== undefined && from !== start; from = cameFrom.get(from)) path.unshift(from);
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
