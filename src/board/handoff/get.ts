import type { Call } from "../call.js";
import { notFound } from "../errors.js";
import { readDocument } from "../model/document.js";
import { projectDocument } from "../model/project.js";
import { assembleHandoff } from "./assemble.js";
import { collectHandoff } from "./collect.js";
import type { Handoff } from "./view.js";

/** A project's handoff, read only (contracts.md 3, board_get_handoff). Throws `project_not_found`. */
export async function getHandoff(call: Call, args: { project_id: string; max_tokens: number }): Promise<Handoff> {
  const [snapshot, collected] = await Promise.all([
    call.store.ref("projects", args.project_id).get(),
    collectHandoff(call, args.project_id, args.max_tokens),
  ]);
  if (!snapshot.exists) throw notFound("project", args.project_id);
  const project = readDocument(projectDocument, "project", snapshot);
  return await assembleHandoff(call, { project, collected, ended: [], logged: [] }, args.max_tokens);
}
