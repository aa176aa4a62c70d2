import type { Call } from "../call.js";
import { notFound } from "../errors.js";
import { readDocument } from "../model/document.js";
import { projectDocument } from "../model/project.js";
import { withCounts } from "./list.js";

/** One project with its task counts. Throws `project_not_found`, `corrupt_document`. Two round trips. */
export async function getProject(call: Call, id: string) {
  const snapshot = await call.store.ref("projects", id).get();
  if (!snapshot.exists) throw notFound("project", id);
  return await withCounts(call, readDocument(projectDocument, "project", snapshot));
}
