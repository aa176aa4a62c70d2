import { PROJECT_STATUSES, type ProjectStatus } from "../model/enums.js";

const NEXT: ReadonlyMap<string, readonly ProjectStatus[]> = new Map([
  ["active", ["paused", "completed", "archived"]],
  ["paused", ["active", "completed", "archived"]],
  ["completed", ["archived", "active"]],
  ["archived", ["active"]],
]);

/**
 * The statuses a project may take next (docs/contracts.md 3, board_update_project); any, from a status we do not know.
 */
export function nextProjectStatuses(from: string): readonly ProjectStatus[] {
  return NEXT.get(from) ?? PROJECT_STATUSES;
}
