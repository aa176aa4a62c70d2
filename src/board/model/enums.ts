/**
 * The values a caller may write (docs/contracts.md 1). Stored documents may hold others: leads edit them in the
 * console.
 */
export const PROJECT_STATUSES = ["active", "paused", "completed", "archived"] as const;
/** The priorities of tasks and projects, the most urgent first. */
export const PRIORITIES = ["critical", "high", "medium", "low"] as const;
/** The statuses of a task, in the order in which counts list them. */
export const TASK_STATUSES = ["backlog", "todo", "in_progress", "blocked", "review", "done"] as const;
/** Why a task is done; in any other status it has no resolution. */
export const RESOLUTIONS = ["completed", "cancelled", "duplicate"] as const;
/** The statuses of a task that is not done. */
export const OPEN_STATUSES = TASK_STATUSES.filter((status) => status !== "done");
/** The modes of work that a task can note (RIPER). */
export const RIPER_MODES = ["research", "innovate", "plan", "execute", "review", "commit"] as const;
/** The kinds of team that a session can note. */
export const SESSION_TYPES = ["solo", "team", "background"] as const;
/** The toolsets that open sessions; a session without a kind is a board session of another client. */
export const SESSION_KINDS = ["board", "context", "log", "agent"] as const;
/** The statuses of a session. */
export const SESSION_STATUSES = ["active", "completed", "abandoned"] as const;
/** The statuses of a session that has ended. */
export const ENDED_STATUSES = ["completed", "abandoned"] as const;

/** The actions that the board writes itself; agents may log others of the form LOG_ACTION. */
export const BOARD_ACTIONS = [
  "created",
  "updated",
  "claimed",
  "blocked",
  "completed",
  "cancelled",
  "commented",
  "mode_changed",
  "session_started",
  "session_ended",
  "deleted",
] as const;
/** The form of an action that agents log. */
export const LOG_ACTION = /^[a-z][a-z0-9_]{0,39}$/;

/** A status that a caller may give a project. */
export type ProjectStatus = (typeof PROJECT_STATUSES)[number];
/** A priority that a caller may give. */
export type Priority = (typeof PRIORITIES)[number];
/** A status that a caller may give a task. */
export type TaskStatus = (typeof TASK_STATUSES)[number];
/** A resolution that a caller may give a task that is done. */
export type Resolution = (typeof RESOLUTIONS)[number];
/** A mode that a caller may give a task. */
export type RiperMode = (typeof RIPER_MODES)[number];
/** A type that a caller may give a session. */
export type SessionType = (typeof SESSION_TYPES)[number];
/** An action that the board logs itself. */
export type BoardAction = (typeof BOARD_ACTIONS)[number];
