import type { Call } from "../core/call.js";
import { readNamedSession } from "../core/caller.js";
import { BoardError, invalidArgument } from "../core/errors.js";
import { withWarnings } from "../core/result.js";
import { jsonBytes } from "../core/tokens.js";
import { write } from "../core/write.js";
import { LIMITS } from "../model/limits.js";
import type { Task } from "../model/task.js";
import { linksOf, resolveRefs, taskOfCall } from "./call-refs.js";
import { type NewTask, newTask, storeNewTask } from "./new-task.js";
import { byPath, relatedRefs, requireOpenProject, requireRelatives } from "./relations.js";

/** A task of board_create_tasks: a link may be `$` and the ref of another one of the call. */
export interface NewTaskOfCall extends NewTask {
  ref?: string | undefined;
}

/** The arguments of board_create_tasks. */
export interface CreateTasks {
  project_id: string;
  tasks: NewTaskOfCall[];
  session_id?: string | undefined;
}

/** How much of a title is answered: the caller knows it. In characters. */
const SHOWN_TITLE = 80;

/**
 * Creates 1-100 tasks with links among themselves, all or none (docs/contracts.md 3, board_create_tasks), by the rules
 * of the single creation, each with its `created` entry. Two round trips. Throws as createTask does, naming the tasks,
 * and `dependency_cycle`, `invalid_argument` (refs, more than 4 MiB of JSON, more than 500 other tasks named).
 */
export async function createTasks(call: Call, { project_id, tasks, session_id }: CreateTasks) {
  refuseTooMuch(tasks);
  const ids = tasks.map(() => call.newId());
  const resolved = resolveRefs(tasks, ids);
  const others = linksToOthers(resolved, new Set(ids));
  return await write(call, async (unit) => {
    const [snapshots, named] = await Promise.all([
      unit.get(relatedRefs(call, { project: project_id, dependencies: others })),
      readNamedSession(call, session_id),
    ]);
    const read = byPath(snapshots);
    requireOpenProject(call, read, project_id);

    const isOther = new Set(others);
    const made = eachOrAllFaults(resolved, ({ ref: _, ...given }, at): Task => {
      const parent = given.parent_task_id && isOther.has(given.parent_task_id) ? given.parent_task_id : null;
      const dependencies = given.depends_on?.filter((id) => isOther.has(id));
      requireRelatives(call, read, { parent, dependencies }, project_id);
      return { ...newTask(given, project_id, unit.now()), id: ids[at] ?? "" };
    });
    for (const [at, task] of made.entries()) storeNewTask(call, unit, task, named, at);

    const shown = made.map(({ id, title }, at) => {
      const { ref } = tasks[at] ?? {};
      return { ...(ref === undefined ? {} : { ref }), id, title: [...title].slice(0, SHOWN_TITLE).join("") };
    });
    const message = `${made.length} ${made.length === 1 ? "task" : "tasks"} created`;
    return withWarnings({ tasks: shown, message }, named.warnings);
  });
}

function refuseTooMuch(tasks: readonly NewTaskOfCall[]): void {
  const bytes = jsonBytes(tasks);
  if (bytes > LIMITS.createdBytes)
    throw invalidArgument(
      `The tasks take ${bytes} bytes of JSON; one call takes ${LIMITS.createdBytes}.`,
      "Create them in several calls; later ones name earlier tasks by their ids.",
    );
}

/** The tasks of the board that these name, each once. */
function linksToOthers(tasks: readonly NewTaskOfCall[], own: ReadonlySet<string>): string[] {
  const others = [...new Set(tasks.flatMap(linksOf))].filter((id) => !own.has(id));
  if (others.length > LIMITS.createdLinks)
    throw invalidArgument(
      `The tasks name ${others.length} other tasks; one call reads ${LIMITS.createdLinks}.`,
      "Create them in several calls.",
    );
  return others;
}

const NAMED_FAULTS = 10;

/** What `make` gives for each task; when it refuses some, one refusal that names them, with the code of the first. */
function eachOrAllFaults<T>(tasks: readonly NewTaskOfCall[], make: (task: NewTaskOfCall, at: number) => T): T[] {
  const made: T[] = [];
  const faults: { task: string; error: BoardError }[] = [];
  for (const [at, task] of tasks.entries()) {
    try {
      made.push(make(task, at));
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      faults.push({ task: taskOfCall(task, at), error });
    }
  }
  const [first] = faults;
  if (!first) return made;
  const more = faults.length - NAMED_FAULTS;
  const sentences = faults.slice(0, NAMED_FAULTS).map(({ task, error }) => `${task}: ${error.message}`);
  const refs = new Set(tasks.map(({ ref }) => ref));
  const lacksDollar = tasks.flatMap(linksOf).some((name) => refs.has(name));
  throw new BoardError(
    first.error.code,
    sentences.join(" ") + (more > 0 ? ` And ${more} more.` : ""),
    lacksDollar ? 'Name a task of the same call by "$" and its ref.' : first.error.hint,
    { faults: faults.map(({ task, error: { code } }) => ({ task, code })) },
  );
}
