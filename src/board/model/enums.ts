/** The values a caller may write (contracts.md 1). Stored documents may hold others: leads edit them in the console. */
export const PROJECT_STATUSES = ["active", "paused", "completed", "archived"] as const;
export const PRIORITIES = ["critical", "high", "medium", "low"] as const;
export const TASK_STATUSES = ["backlog", "todo", "in_progress", "blocked", "review", "done"] as const;
export const OPEN_STATUSES = TASK_STATUSES.filter((status) => status !== "done");
export const RIPER_MODES = ["research", "innovate", "plan", "execute", "review", "commit"] as const;
export const SESSION_TYPES = ["solo", "team", "background"] as const;
export const SESSION_STATUSES = ["active", "completed", "abandoned"] as const;
export const ENDED_STATUSES = ["completed", "abandoned"] as const;

/** The actions that the board writes itself; agents may log others of the form LOG_ACTION. */
export const BOARD_ACTIONS = [
  "created",
  "updated",
  "claimed",
  "blocked",
  "completed",
  "commented",
  "mode_changed",
  "session_started",
  "session_ended",
  "deleted",
] as const;
export const LOG_ACTION = /^[a-z][a-z0-9_]{0,39}$/;

export type ProjectStatus = (typeof PROJECT_STATUSES)[number];
export type Priority = (typeof PRIORITIES)[number];
export type TaskStatus = (typeof TASK_STATUSES)[number];
export type RiperMode = (typeof RIPER_MODES)[number];
export type SessionType = (typeof SESSION_TYPES)[number];
export type BoardAction = (typeof BOARD_ACTIONS)[number];
