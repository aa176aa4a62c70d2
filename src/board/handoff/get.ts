import type { Call } from "../core/call.js";
import { existingProject } from "../projects/read.js";
import { assembleHandoff } from "./assemble.js";
import { collectHandoff } from "./collect.js";
import { lookBehind } from "./fallback-notes.js";
import { collectSince, sinceMoment } from "./since.js";
import type { Handoff } from "./view.js";

export interface GetHandoff {
  project_id: string;
  max_tokens: number;
  /** A session's id or a time: only what changed after it. */
  since?: string | undefined;
}

/**
 * A project's handoff, read only (contracts.md 3, board_get_handoff). Throws `project_not_found`, and for `since`
 * `session_not_found`. One round trip, and one more when the last session left no notes or `since` names a session.
 */
export async function getHandoff(call: Call, { project_id, max_tokens, since }: GetHandoff): Promise<Handoff> {
  const [snapshot, collected] = await Promise.all([
    call.store.ref("projects", project_id).get(),
    since === undefined
      ? collectHandoff(call, project_id, max_tokens)
      : sinceMoment(call, since).then((moment) => collectSince(call, project_id, moment, max_tokens)),
  ]);
  const project = existingProject(snapshot, project_id);
  const { ended } = collected;
  const behind = await lookBehind(call, ended, collected);
  return assembleHandoff({ project, collected, ended, behind, logged: [] }, max_tokens);
}
