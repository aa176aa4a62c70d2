import type { Call } from "../core/call.js";
import { withWarnings } from "../core/result.js";
import { composeNotes } from "./compose.js";
import { type Contents, latestFirst, RECENT_ENTRIES, readContents } from "./contents.js";
import { type LastNotes, readLastNotes } from "./last-notes.js";
import { salvage } from "./salvage.js";
import { readContentsSince, sinceTime } from "./since.js";
import { trimHandoff } from "./trim.js";
import {
  activeTask,
  type EndedSession,
  type Handoff,
  type HandoffProject,
  type RecentActivity,
  recentEntry,
  sessionNotes,
} from "./view.js";

/** Which handoff is wanted. */
export interface HandoffRequest {
  project_id: string;
  /** Its size at most, as core/tokens.ts estimates it. */
  max_tokens: number;
  /** A session's id or a time: only what changed after it. */
  since?: string | undefined;
}

/** What the caller knows by the time that the contents have been read. */
export interface HandoffDecision {
  project: HandoffProject;
  /** Sessions that the caller's own commit ends. */
  superseded?: readonly EndedSession[];
  /** Entries that the caller's own commit logs, in their order. */
  logged?: readonly RecentActivity[];
}

/** A handoff whose contents have been read. */
export interface BegunHandoff {
  /**
   * Makes the handoff. When somebody joined the last session, or it left no notes, reads what they left or what stands
   * in for them, a round trip that begins at once: a transaction calls this before it commits, and waits for the
   * handoff after.
   */
  complete(decision: HandoffDecision): Promise<Handoff>;
}

/**
 * Reads a handoff's contents, beside any transaction (docs/contracts.md 3.2). One round trip, and one more when `since`
 * names a session. Throws `session_not_found` and `invalid_argument` for `since`.
 */
export async function beginHandoff(
  call: Call,
  { project_id, max_tokens, since }: HandoffRequest,
): Promise<BegunHandoff> {
  const contents =
    since === undefined
      ? await readContents(call, project_id, max_tokens)
      : await readContentsSince(call, project_id, await sinceTime(call, since), max_tokens);
  const finish = async ({ project, superseded = [], logged = [] }: HandoffDecision) => {
    const ended = [...superseded, ...contents.ended].sort(latestFirst(call.now()));
    const notes = await readLastNotes(call, ended, contents.moreEnded);
    const activity = [...[...logged].reverse(), ...contents.activity].slice(0, RECENT_ENTRIES);
    return trimHandoff(assemble(project, { ...contents, ended, activity }, notes, max_tokens), max_tokens);
  };
  return {
    complete(decision) {
      const handoff = finish(decision);
      // Nobody waits for it when the transaction fails.
      handoff.catch(() => {});
      return handoff;
    },
  };
}

function assemble(project: HandoffProject, contents: Contents, notes: LastNotes | null, maxTokens: number): Handoff {
  const { last, fallback } = notes ?? { last: null, fallback: null };
  const composed = last && composeNotes(last.session, last.joined, { place: "last_session", maxTokens });
  const noted = fallback?.noted;
  const earlier = noted && composeNotes(noted.session, noted.joined, { place: "last_handoff", maxTokens });
  const { id, name, status, description } = project;
  const handoff = {
    project: { id, name, status, description },
    last_session: composed ? sessionNotes(composed.session) : null,
    last_handoff: earlier ? sessionNotes(earlier.session) : null,
    ...(last && fallback ? { salvaged: salvage(last.session, fallback.activity, contents.tasks) } : {}),
    active_tasks: contents.tasks.map(activeTask),
    active_task_count: contents.taskCount,
    recent_activity: contents.activity.map(recentEntry),
    omitted: [...(composed?.omitted ?? []), ...(earlier?.omitted ?? [])],
    ...(contents.since ? { since: contents.since } : {}),
  };
  return withWarnings(handoff, contents.warnings);
}
