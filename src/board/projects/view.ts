import { iso } from "../core/result.js";
import type { Project } from "../model/project.js";

/** A project as agents see it. */
export function projectView({ id, name, description, status, priority, metadata, created_at, updated_at }: Project) {
  const times = { created_at: iso(created_at), updated_at: iso(updated_at) };
  return { id, name, description, status, priority, metadata, ...times };
}
