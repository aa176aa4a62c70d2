import type { Call } from "../core/call.js";
import type { Metadata } from "../core/metadata.js";
import { write } from "../core/write.js";
import type { Priority } from "../model/enums.js";

/** The arguments of board_create_project. */
export interface CreateProject {
  name: string;
  description?: string | null | undefined;
  priority: Priority;
  metadata?: Metadata | undefined;
}

/** Creates an active project and logs `created` (docs/contracts.md 3, board_create_project). */
export async function createProject(call: Call, args: CreateProject) {
  const id = call.newId();
  return await write(call, async ({ tx, log, now }) => {
    tx.create(call.store.ref("projects", id), {
      name: args.name,
      description: args.description || null,
      status: "active",
      priority: args.priority,
      metadata: args.metadata ?? {},
      created_at: now(),
      updated_at: now(),
    });
    log({ action: "created", agent_name: null, project_id: id, details: "Project created" });
    return { id, name: args.name, status: "active", priority: args.priority, message: "Project created" };
  });
}
