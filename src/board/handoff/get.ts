import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { existing } from "../core/existing.js";
import { maskedProject } from "../model/masked.js";
import { beginHandoff, type HandoffRequest } from "./begin.js";
import type { Handoff } from "./view.js";

const existingIdentity = existing("project", maskedProject.identity);

/**
 * A project's handoff, read only (docs/contracts.md 3, board_get_handoff). Throws `project_not_found`, and for `since`
 * `session_not_found`. One round trip, one more when somebody joined the last session or it left
 * no notes, and one when `since` names a session.
 */
export async function getHandoff(call: Call, request: HandoffRequest): Promise<Handoff> {
  const { project_id } = request;
  const [snapshot, begun] = await Promise.all([
    call.store.ref("projects", project_id).get(MASKS.projects.identity),
    beginHandoff(call, request),
  ]);
  return await begun.complete({ project: existingIdentity(snapshot, project_id) });
}
