import { iso } from "../core/result.js";
import type { maskedEntry, maskedProject, maskedSession, maskedTask, RowOf } from "../model/masked.js";

/** A project as a handoff reads it. */
export type HandoffProject = RowOf<typeof maskedProject.identity>;
/** An ended session as a handoff reads it. */
export type EndedSession = RowOf<typeof maskedSession.notes>;
/** An open task as a handoff reads it. */
export type OpenTask = RowOf<typeof maskedTask.handoff>;
/** An entry as a handoff reads it. */
export type RecentActivity = RowOf<typeof maskedEntry.recent>;

/**
 * Something left out of a handoff to keep its size: which field, how many rows or characters, and what fetches them.
 */
export interface Omission {
  what: string;
  count: number;
  unit: "rows" | "characters";
  fetch: string;
}

/** What a handoff with `since` counts: everything after that time, also what its lists had no room for. */
export interface SinceCounts {
  time: string;
  sessions_ended: number;
  tasks_changed: number;
  tasks_completed: { id: string; title: string }[];
  entries: number;
}

/** What an agent that starts is given (docs/contracts.md 3.2). */
export interface Handoff {
  project: Pick<HandoffProject, "id" | "name" | "status" | "description">;
  last_session: SessionNotes | null;
  /** The latest notes of an earlier session, when the last one left none. */
  last_handoff: SessionNotes | null;
  /** What the last session did, when it left no notes. */
  salvaged?: Salvaged;
  active_tasks: ActiveTask[];
  active_task_count: number;
  recent_activity: RecentEntry[];
  omitted: Omission[];
  /** With `since`: what changed after it; the lists then hold nothing else. */
  since?: SinceCounts;
  warnings?: string[];
}
/** What a session left for the next one. */
export type SessionNotes = ReturnType<typeof sessionNotes>;
/** What a session that left no notes did, as its activity shows it. */
export interface Salvaged {
  session_id: string;
  tasks_touched: { id: string; title: string | null; status: string | null }[];
  tasks_in_progress: string[];
  last_entries: RecentEntry[];
}
/** An open task in a handoff. */
export type ActiveTask = ReturnType<typeof activeTask>;
/** An activity entry in a handoff. */
export type RecentEntry = ReturnType<typeof recentEntry>;

/** What a session left for the next one. */
export function sessionNotes(session: EndedSession) {
  const { id, status, progress_summary, handoff_notes, context_artifacts } = session;
  const times = { started_at: iso(session.started_at), ended_at: iso(session.ended_at) };
  return { id, status, progress_summary, handoff_notes, context_artifacts, ...times };
}

/** An open task in a handoff. */
export function activeTask({ id, title, status, priority, assigned_agent, riper_mode, depends_on }: OpenTask) {
  return { id, title, status, priority, assigned_agent, riper_mode, depends_on };
}

/** An activity entry in a handoff. */
export function recentEntry(entry: RecentActivity) {
  const { id, action, agent_name, details, task_id, session_id } = entry;
  return { id, action, agent_name, details, task_id, session_id, created_at: iso(entry.created_at) };
}
