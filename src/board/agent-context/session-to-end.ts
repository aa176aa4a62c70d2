import { invalidArgument } from "../core/errors.js";
import type { Session } from "../model/session.js";

/** The sessions of an agent, as end_session finds them. */
export interface OpenSessions {
  /** Those that are open, the latest first. */
  open: readonly Session[];
  /** The last one that has ended. */
  last: Session | null;
  /** Whether the caller's connection opened them or the call names them, so that they are no other window's. */
  opened: boolean;
}

/**
 * Which open session end_session ends (docs/contracts.md 6): one in the project of the task that the call names, else
 * the latest. Null when none is open. Throws `invalid_argument`, with the sessions in the details, when the caller
 * opened none and the agent has some in several projects. Pure.
 */
export function sessionToEnd({ open, opened }: OpenSessions, taskProject: string | null): Session | null {
  const ofTask = open.find(({ project_id }) => taskProject !== null && project_id === taskProject);
  const projects = new Set(open.map(({ project_id }) => project_id));
  if (!ofTask && !opened && projects.size > 1)
    throw invalidArgument(
      "This agent has open sessions in several projects, and this connection opened none of them.",
      "Name the session to end with session_id.",
      { sessions: open.map(({ id, project_id }) => ({ session_id: id, project_id })) },
    );
  return ofTask ?? open[0] ?? null;
}
