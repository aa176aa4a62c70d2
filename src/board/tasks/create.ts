import type { Call } from "../core/call.js";
import { readNamedSession } from "../core/caller.js";
import { withWarnings } from "../core/result.js";
import { write } from "../core/write.js";
import { type NewTask, newTask, storeNewTask } from "./new-task.js";
import { byPath, relatedRefs, requireOpenProject, requireRelatives } from "./relations.js";

/** The arguments of board_create_task. */
export interface CreateTask extends NewTask {
  project_id: string;
  session_id?: string | undefined;
}

/**
 * Creates a task and logs `created` (docs/contracts.md 3, board_create_task). Throws `project_not_found`,
 * `project_archived`, `task_not_found` (parent, dependency), `session_not_found`, `invalid_argument` (a parent of
 * another project, a resolution without status done).
 */
export async function createTask(call: Call, { project_id, session_id, ...given }: CreateTask) {
  const id = call.newId();
  const related = { project: project_id, parent: given.parent_task_id, dependencies: given.depends_on };
  return await write(call, async (unit) => {
    const [snapshots, named] = await Promise.all([
      unit.get(relatedRefs(call, related)),
      readNamedSession(call, session_id),
    ]);
    const read = byPath(snapshots);
    requireOpenProject(call, read, project_id);
    requireRelatives(call, read, related, project_id);

    storeNewTask(call, unit, { ...newTask(given, project_id, unit.now()), id }, named);
    const { title, status, priority } = given;
    return withWarnings({ id, title, status, priority, message: "Task created" }, named.warnings);
  });
}
