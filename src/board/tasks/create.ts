import type { Call } from "../core/call.js";
import { entryAgent, readNamedSession } from "../core/caller.js";
import type { Metadata } from "../core/metadata.js";
import { withWarnings } from "../core/result.js";
import { write } from "../core/write.js";
import type { Priority, RiperMode, TaskStatus } from "../model/enums.js";
import { statusTimes } from "./change.js";
import { byPath, relatedRefs, requireOpenProject, requireRelatives } from "./relations.js";

/** The arguments of board_create_task. */
export interface CreateTask {
  project_id: string;
  title: string;
  description?: string | null | undefined;
  status: TaskStatus;
  priority: Priority;
  assigned_agent?: string | null | undefined;
  parent_task_id?: string | null | undefined;
  depends_on?: string[] | undefined;
  riper_mode?: RiperMode | null | undefined;
  metadata?: Metadata | undefined;
  session_id?: string | undefined;
}

/**
 * Creates a task and logs `created` (docs/contracts.md 3, board_create_task). Throws `project_not_found`, `project_archived`,
 * `task_not_found` (parent, dependency), `session_not_found`, `invalid_argument` (a parent of another project).
 */
export async function createTask(call: Call, args: CreateTask) {
  const id = call.newId();
  const related = { project: args.project_id, parent: args.parent_task_id, dependencies: args.depends_on };
  return await write(call, async (unit) => {
    const [snapshots, named] = await Promise.all([
      unit.get(relatedRefs(call, related)),
      readNamedSession(call, args.session_id),
    ]);
    const read = byPath(snapshots);
    requireOpenProject(call, read, args.project_id);
    requireRelatives(call, read, related, args.project_id);

    const now = unit.now();
    const { title, status, priority } = args;
    const assigned_agent = args.assigned_agent || null;
    unit.tx.create(call.store.ref("tasks", id), {
      project_id: args.project_id,
      title,
      description: args.description || null,
      status,
      priority,
      assigned_agent,
      parent_task_id: args.parent_task_id ?? null,
      depends_on: [...new Set(args.depends_on)],
      riper_mode: args.riper_mode ?? null,
      metadata: args.metadata ?? {},
      lease: null,
      created_at: now,
      updated_at: now,
      ...statusTimes(status, { started_at: null, completed_at: null }, now),
    });
    unit.log({
      action: "created",
      agent_name: entryAgent(named, assigned_agent),
      project_id: args.project_id,
      task_id: id,
      session_id: args.session_id ?? null,
      details: "Task created",
      metadata: { from: null, to: status },
    });
    return withWarnings({ id, title, status, priority, message: "Task created" }, named.warnings);
  });
}
