import type { Snapshot } from "../../firestore/store.js";
import { BoardError } from "../core/errors.js";
import { existingProject } from "../core/existing.js";
import type { Project } from "../model/project.js";

const REOPEN = "board_update_project with status active reopens it.";

/**
 * A project that must exist and take new work; `repair` tells what to do about an archived one. Throws
 * `project_not_found`, `project_archived`, `corrupt_document`.
 */
export function openProject(snapshot: Snapshot | undefined, id: string, repair = REOPEN): Project {
  const project = existingProject(snapshot, id);
  refuseArchived(project, repair);
  return project;
}

/** Refuses a project that takes no new work, with `project_archived`. */
export function refuseArchived({ id, status }: Pick<Project, "id" | "status">, repair = REOPEN): void {
  if (status === "archived") throw new BoardError("project_archived", `Project ${id} is archived.`, repair);
}
