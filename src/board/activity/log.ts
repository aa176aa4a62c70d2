import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { invalidArgument, notFound } from "../core/errors.js";
import type { Metadata } from "../core/metadata.js";
import { withWarnings } from "../core/result.js";
import { write } from "../core/write.js";

/** The arguments of board_log_activity. */
export interface LogActivity {
  agent_name: string;
  action: string;
  details?: string | undefined;
  task_id?: string | undefined;
  session_id?: string | undefined;
  project_id?: string | undefined;
  metadata?: Metadata | undefined;
}

/**
 * Logs an entry of the agent's own (docs/contracts.md 3, board_log_activity). The project is taken from the task, else
 * from the session, when it is not given. Throws `project_not_found`, `task_not_found`, `session_not_found`, and
 * `invalid_argument` for a comment without details.
 */
export async function logActivity(call: Call, args: LogActivity) {
  if (args.action === "commented" && !args.details)
    throw invalidArgument("details is required for the action commented.");
  const named = (["task", "session", "project"] as const).flatMap((noun) => {
    const id = args[`${noun}_id`];
    return id === undefined ? [] : [{ noun, id, ref: call.store.ref(`${noun}s`, id) }];
  });
  return await write(call, async ({ get, log }) => {
    const snapshots = await get(named.map(({ ref }) => ref));
    for (const [at, { noun, id }] of named.entries()) if (!snapshots[at]?.exists) throw notFound(noun, id);
    const found = (noun: string) => snapshots[named.findIndex((reference) => reference.noun === noun)];
    const entry = log({
      action: args.action,
      agent_name: args.agent_name,
      project_id: args.project_id ?? projectOf(found("task")) ?? projectOf(found("session")),
      task_id: args.task_id ?? null,
      session_id: args.session_id ?? null,
      details: args.details ?? null,
      metadata: args.metadata ?? {},
    });
    const status: unknown = found("session")?.get("status");
    const warnings = status === "abandoned" ? [`Session ${args.session_id} is abandoned.`] : [];
    return withWarnings({ id: entry.id, action: args.action, message: "Activity logged" }, warnings);
  });
}

function projectOf(snapshot: Snapshot | undefined): string | null {
  const id: unknown = snapshot?.get("project_id");
  return typeof id === "string" ? id : null;
}
