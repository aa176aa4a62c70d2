import { invalidArgument } from "../core/errors.js";
import { cycleError, type Edge, findCycle } from "./cycles.js";
import { firstNames } from "./first-names.js";

/** What a task of a call says of its place among others: ids of the board, and `$ref` for tasks of the same call. */
export interface Linked {
  ref?: string | undefined;
  parent_task_id?: string | null | undefined;
  depends_on?: string[] | undefined;
}

/** A task of a call as faults name it: its place, and its ref when it has one. */
export function taskOfCall({ ref }: Linked, at: number): string {
  return ref === undefined ? `tasks.${at}` : `tasks.${at} ($${ref})`;
}

/**
 * The tasks with ids in the place of refs; `ids` are theirs, in order. Throws `invalid_argument` for a ref that two
 * have or none has, `dependency_cycle` when they lead in a circle; each names the tasks. Pure.
 */
export function resolveRefs<T extends Linked>(tasks: readonly T[], ids: readonly string[]): T[] {
  const idOf = idsByRef(tasks, ids);
  refuseUnknownRefs(tasks, idOf);
  refuseCycles(tasks);
  const resolve = (name: string): string => idOf.get(name) ?? name;
  return tasks.map((task) => ({
    ...task,
    ...(task.parent_task_id ? { parent_task_id: resolve(task.parent_task_id) } : {}),
    ...(task.depends_on ? { depends_on: task.depends_on.map(resolve) } : {}),
  }));
}

/** The ids by `$ref`. */
function idsByRef(tasks: readonly Linked[], ids: readonly string[]): Map<string, string> {
  const idOf = new Map<string, string>();
  const twice: string[] = [];
  for (const [at, task] of tasks.entries()) {
    if (task.ref === undefined) continue;
    const name = `$${task.ref}`;
    if (idOf.has(name)) twice.push(taskOfCall(task, at));
    idOf.set(name, ids[at] ?? "");
  }
  if (twice.length > 0)
    throw invalidArgument(`An earlier task has the same ref: ${twice.join(", ")}.`, "Give each task a ref of its own.");
  return idOf;
}

function refuseUnknownRefs(tasks: readonly Linked[], idOf: ReadonlyMap<string, string>): void {
  const unknown = tasks.flatMap((task, at) =>
    linksOf(task)
      .filter((name) => name.startsWith("$") && !idOf.has(name))
      .map((name) => `${name} of ${taskOfCall(task, at)}`),
  );
  if (unknown.length > 0)
    throw invalidArgument(
      `No task of this call has this ref: ${firstNames(unknown)}.`,
      "$ names the ref of a task of the same call; give that task this ref, or name a task of the board by its id.",
    );
}

/** Only tasks with a ref can be part of a circle: nothing can name the others yet. */
function refuseCycles(tasks: readonly Linked[]): void {
  const edges = (links: (task: Linked) => string[]) =>
    new Map(tasks.flatMap((task) => (task.ref === undefined ? [] : [[`$${task.ref}`, links(task)] as const])));
  const graphs: [edge: Edge, links: (task: Linked) => string[]][] = [
    ["depends_on", ({ depends_on }) => depends_on ?? []],
    ["parent_task_id", ({ parent_task_id }) => (parent_task_id ? [parent_task_id] : [])],
  ];
  for (const [edge, links] of graphs) {
    const cycle = findCycle(edges(links));
    if (cycle) throw cycleError(cycle, edge);
  }
}

/** Every task that a task names. */
export function linksOf({ parent_task_id, depends_on = [] }: Linked): string[] {
  return [...(parent_task_id ? [parent_task_id] : []), ...depends_on];
}
