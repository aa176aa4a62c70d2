import type { ProjectStatus } from "../model/enums.js";

const NEXT: Readonly<Record<ProjectStatus, readonly ProjectStatus[]>> = {
  active: ["paused", "completed", "archived"],
  paused: ["active", "completed", "archived"],
  completed: ["archived", "active"],
  archived: ["active"],
};

/** The statuses a project may take next (contracts.md 3, board_update_project); any, from a status we do not know. */
export function nextProjectStatuses(from: string): readonly ProjectStatus[] {
  return NEXT[from as ProjectStatus] ?? (Object.keys(NEXT) as ProjectStatus[]);
}
