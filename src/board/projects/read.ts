import type { Snapshot } from "../../firestore/store.js";
import { BoardError, notFound } from "../core/errors.js";
import { readDocument } from "../core/read-document.js";
import { type Project, projectDocument } from "../model/project.js";

/** A project that must exist. Throws `project_not_found`, `corrupt_document`. */
export function existingProject(snapshot: Snapshot | undefined, id: string): Project {
  if (!snapshot?.exists) throw notFound("project", id);
  return readDocument(projectDocument, "project", snapshot);
}

/**
 * A project that must exist and take new work; `repair` tells what to do about an archived one. Throws
 * `project_not_found`, `project_archived`, `corrupt_document`.
 */
export function openProject(
  snapshot: Snapshot | undefined,
  id: string,
  repair = "board_update_project with status active reopens it.",
): Project {
  const project = existingProject(snapshot, id);
  if (project.status === "archived") throw new BoardError("project_archived", `Project ${id} is archived.`, repair);
  return project;
}
