import type { Call } from "../core/call.js";
import { unlessTaken } from "../core/taken.js";
import type { UnitOfWork } from "../core/write.js";
import { newSession } from "../model/session.js";
import { openProject } from "../projects/read.js";
import { writeOnce } from "./context-session.js";
import { contextRow, type NoSession, type TokenCounts, tokenFields } from "./row.js";

/** The arguments of sessionCreate. */
export interface CreateContextSession extends TokenCounts {
  agentName: string;
  sessionId?: string | undefined;
  storyId?: string | null | undefined;
  phase?: string | null | undefined;
  startedAt?: string | undefined;
  projectId?: string | null | undefined;
}

/**
 * Opens a context session (docs/contracts.md 4, sessionCreate). An id that a session has, or had before it was
 * archived, is answered with `session_exists`. Throws `project_not_found`, `project_archived`.
 *
 * Two round trips. The commit is sent only to a store that has answered a read in time, and only once, so that no
 * session appears after its leader got the answer that there is none.
 */
export async function createContextSession(call: Call, args: CreateContextSession) {
  const id = args.sessionId ?? call.newUuid();
  const ref = call.store.ref("sessions", id);
  const ids = [ref, call.store.ref("sessions_archive", id)];
  const refs = args.projectId == null ? ids : [...ids, call.store.ref("projects", args.projectId)];
  const create = async ({ tx }: UnitOfWork): Promise<ReturnType<typeof contextRow> | NoSession> => {
    const [session, archived, project] = await tx.getAll(refs);
    if (session?.exists || archived?.exists) return taken();
    if (project) openProject(project, project.id, "Leave projectId out, or name another.");
    const now = call.now();
    const document = newSession(now, {
      kind: "context",
      project_id: args.projectId ?? null,
      agent_name: args.agentName,
      story_id: args.storyId ?? null,
      phase: args.phase ?? null,
      started_at: args.startedAt === undefined ? now : new Date(args.startedAt),
      ...tokenFields(args),
    });
    tx.create(ref, document);
    return contextRow({ ...document, id });
  };
  return await unlessTaken(writeOnce(call, create), taken);
}

function taken(): NoSession {
  return { session: null, reason: "session_exists" };
}
