import type { maskedTask, RowOf } from "../model/masked.js";
import { resolutionOf, type Task } from "../model/task.js";
import { firstNames } from "./first-names.js";
import { liveLease } from "./lease.js";

/** How many levels of ancestors a task waits with; with more it is never ready. */
const ANCESTORS = 5;

/** A dependency that keeps a task from being ready; a title and status of null: it does not exist. */
export interface Blocker {
  id: string;
  title: string | null;
  status: string | null;
  /** The ancestor whose dependency it is; absent when it is the task's own. */
  inherited_from?: string;
}

/** What readiness depends on of a task. */
export type Relative = RowOf<typeof maskedTask.relative>;

/** The tasks that were read, by id. What is absent was not read: `unreadRelatives` names it. */
export type Relatives = ReadonlyMap<string, Relative | "missing" | "unreadable">;

/** What keeps a task from being ready (docs/contracts.md 3, "Ready"). */
export interface Waiting {
  /** Its own dependencies first, then those of its ancestors, the nearest first. */
  blocked_by: Blocker[];
  /** Why it is not known what it waits for: more ancestors than are looked at, or one with a field of a wrong type. */
  unknown: "too deep" | "unreadable" | null;
  /** Dependencies that count as done although nobody did them: cancelled ones and duplicates. */
  not_done: string[];
}

/**
 * What the task waits for: its dependencies that are not done and those of its ancestors. One that is missing counts:
 * whether its work was done is unknown. An ancestor's dependency on a task beneath the ancestor does not count for the
 * others beneath it, or they would wait for each other. `known` must hold all that `unreadRelatives` names.
 */
export function waitsFor(task: Relative, known: Relatives): Waiting {
  const { ancestors, above } = lineage(task, known);
  const inherited = ancestors.flatMap((ancestor) =>
    openDependencies(ancestor, known)
      .filter(({ id }) => !isBeneath(id, ancestor, task, known))
      .map((blocker) => ({ ...blocker, inherited_from: ancestor.id })),
  );
  const dropped = ancestors.flatMap((ancestor) =>
    ancestor.depends_on.filter((id) => isDropped(id, known) && !isBeneath(id, ancestor, task, known)),
  );
  const blocked_by: Blocker[] = [];
  for (const blocker of [...openDependencies(task, known), ...inherited])
    if (!blocked_by.some(({ id }) => id === blocker.id)) blocked_by.push(blocker);
  const not_done = [...new Set([...task.depends_on.filter((id) => isDropped(id, known)), ...dropped])];
  return { blocked_by, unknown: above === "too deep" || above === "unreadable" ? above : null, not_done };
}

/** The ids that must be read before `waitsFor` can tell; none when `known` is enough. */
export function unreadRelatives(task: Relative, known: Relatives): string[] {
  const { ancestors, above, parent } = lineage(task, known);
  const dependencies = [task, ...ancestors].flatMap(({ depends_on }) => depends_on);
  // Whether an ancestor's dependency lies beneath it shows in the dependency's own ancestors.
  const beside = ancestors.flatMap((ancestor) =>
    openDependencies(ancestor, known).flatMap(({ id }) => {
      const dependency = readable(id, known);
      if (!dependency || isBeneath(id, ancestor, task, known)) return [];
      const line = lineage(dependency, known);
      return line.above === "unread" ? [line.parent] : [];
    }),
  );
  const ids = [...(above === "unread" ? [parent] : []), ...dependencies, ...beside];
  return [...new Set(ids)].filter((id) => !known.has(id));
}

/** The tasks that decide whether this one is ready, as far as they are known: what the next look at it should read. */
export function relativeIds(task: Relative, known: Relatives): string[] {
  const { ancestors, above, parent } = lineage(task, known);
  const ids = [task, ...ancestors].flatMap(({ id, depends_on }) => [id, ...depends_on]);
  return [...new Set([...ids, ...(above === "unread" ? [parent] : [])])];
}

interface Lineage {
  /** The nearest first. */
  ancestors: Relative[];
  /**
   * What stands above the last of them: nothing that exists, more than are looked at, what was not or cannot be read.
   */
  above: "nothing" | "too deep" | "unread" | "unreadable";
  /** The id of what stands above; "" when nothing does. */
  parent: string;
}

/** A task's ancestors. A circle of parents, which only the console can make, ends where it closes. */
function lineage(task: Relative, known: Relatives): Lineage {
  const ancestors: Relative[] = [];
  const passed = new Set([task.id]);
  for (let parent = task.parent_task_id; parent !== null && !passed.has(parent); ) {
    if (ancestors.length === ANCESTORS) return { ancestors, above: "too deep", parent };
    const ancestor = known.get(parent);
    if (ancestor === undefined) return { ancestors, above: "unread", parent };
    if (ancestor === "unreadable") return { ancestors, above: "unreadable", parent };
    if (ancestor === "missing") break;
    passed.add(parent);
    ancestors.push(ancestor);
    parent = ancestor.parent_task_id;
  }
  return { ancestors, above: "nothing", parent: "" };
}

/** Whether a dependency of the task's ancestor is a task beneath that ancestor, or the ancestor itself. */
function isBeneath(id: string, ancestor: Relative, task: Relative, known: Relatives): boolean {
  if (id === task.id || id === ancestor.id) return true;
  const dependency = readable(id, known);
  return dependency !== null && lineage(dependency, known).ancestors.some((above) => above.id === ancestor.id);
}

function isDropped(id: string, known: Relatives): boolean {
  const dependency = readable(id, known);
  const resolution = dependency && resolutionOf(dependency);
  return resolution === "cancelled" || resolution === "duplicate";
}

function readable(id: string, known: Relatives): Relative | null {
  const found = known.get(id);
  return typeof found === "object" ? found : null;
}

/**
 * The dependencies of a task itself that are not done. One that is missing counts: whether its work was done is
 * unknown.
 */
export function openDependencies({ depends_on }: Pick<Relative, "depends_on">, known: Relatives): Blocker[] {
  return depends_on
    .map((id) => readable(id, known) ?? { id, title: null, status: null })
    .filter(({ status }) => status !== "done")
    .map(({ id, title, status }) => ({ id, title, status }));
}

/** Blockers by their ids, with whose they are and which are missing. */
export function blockerNames(blocked_by: readonly Blocker[]): string[] {
  return blocked_by.map(({ id, status, inherited_from }) => {
    const missing = status === null ? " (missing)" : "";
    return `${id}${missing}${inherited_from ? ` (of its ancestor ${inherited_from})` : ""}`;
  });
}

/** A warning of dependencies that count as done although nobody did them. */
export function notDoneWarnings(id: string, { not_done }: Pick<Waiting, "not_done">): string[] {
  if (not_done.length === 0) return [];
  return [
    `Task ${id} depends on ${not_done.length > 1 ? "tasks that were cancelled or are duplicates, and count" : "a task that was cancelled or is a duplicate, and counts"} as done: ${firstNames(not_done)}.`,
  ];
}

/** The same of the tasks of a list, of which only some ids are told. */
export function notDoneNote(ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [
    `${ids.length > 1 ? "Some depend" : "One depends"} on tasks that were cancelled or are duplicates, and count as done: ${firstNames(ids)}.`,
  ];
}

/** What `waitsFor` found, in words that name only ids; null when the task waits for nothing. */
export function waitingText(id: string, { blocked_by, unknown }: Omit<Waiting, "not_done">): string | null {
  const names = blockerNames(blocked_by);
  const parts = [
    ...(names.length > 0 ? [`Task ${id} waits for: ${names.join(", ")}.`] : []),
    ...(unknown === "too deep"
      ? [
          `More than ${ANCESTORS} levels of tasks stand above task ${id}: what it waits for is not looked at any higher.`,
        ]
      : []),
    ...(unknown === "unreadable"
      ? [`A task above task ${id} has a field of a wrong type: what it waits for is unknown.`]
      : []),
  ];
  return parts.length > 0 ? parts.join(" ") : null;
}

/**
 * Whether an agent could start the task now (docs/contracts.md 3, "Ready"): it waits in the queue, or its holder's
 * lease has run out; and all that it waits for is done.
 */
export function isReady(task: Relative & Pick<Task, "lease">, known: Relatives, now: Date): boolean {
  if (!isFree(task, now)) return false;
  const { blocked_by, unknown } = waitsFor(task, known);
  return blocked_by.length === 0 && unknown === null;
}

/** Whether a task of this status can be free. */
export function canBeFree(status: string): boolean {
  return status === "todo" || status === "backlog" || status === "in_progress";
}

/** Whether no agent works on the task; dependencies are not looked at. */
export function isFree(task: Pick<Task, "status" | "lease">, now: Date): boolean {
  if (task.status === "todo" || task.status === "backlog") return true;
  return task.status === "in_progress" && task.lease !== null && liveLease(task, now) === null;
}
