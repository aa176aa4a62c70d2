import type { Call } from "../core/call.js";
import { existingProject } from "../core/existing.js";
import { withCounts } from "./list.js";

/** One project with its task counts. Throws `project_not_found`, `corrupt_document`. Two round trips. */
export async function getProject(call: Call, id: string) {
  return await withCounts(call, existingProject(await call.store.ref("projects", id).get(), id));
}
