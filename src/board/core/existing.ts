import type { z } from "zod";
import type { Snapshot } from "../../firestore/store.js";
import type { Stored } from "../model/fields.js";
import { projectDocument } from "../model/project.js";
import { sessionDocument } from "../model/session.js";
import { taskDocument } from "../model/task.js";
import { notFound } from "./errors.js";
import { readDocument } from "./read-document.js";

/** Reads a document that must exist; `id` is what the caller named, for the refusal. */
type ReadExisting<S extends z.ZodObject> = (snapshot: Snapshot | undefined, id: string) => Stored<z.output<S>>;

/** A reader of documents that must exist: it throws `not_found` of the noun, and `corrupt_document`. */
export function existing<S extends z.ZodObject>(noun: "project" | "task" | "session", schema: S): ReadExisting<S> {
  return (snapshot, id) => {
    if (!snapshot?.exists) throw notFound(noun, id);
    return readDocument(schema, noun, snapshot);
  };
}

/** A project that must exist. Throws `project_not_found`, `corrupt_document`. */
export const existingProject = existing("project", projectDocument);
/** A task that must exist. Throws `task_not_found`, `corrupt_document`. */
export const existingTask = existing("task", taskDocument);
/** A session that must exist, of any kind. Throws `session_not_found`, `corrupt_document`. */
export const existingSession = existing("session", sessionDocument);
