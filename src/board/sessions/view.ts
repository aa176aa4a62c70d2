import { iso } from "../core/result.js";
import type { maskedSession, RowOf } from "../model/masked.js";
import type { Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";
import { isLiving, SILENT_MS } from "../participants/liveness.js";

/**
 * Whether an active session has been silent for half an hour: its agent has probably died. One that others joined is
 * not called so by its creator's silence alone; with those who `joined` it is told whether any of them lives.
 */
export function isStale(
  session: Pick<Session, "status" | "last_seen_at" | "started_at" | "shared_since">,
  now: Date,
  joined?: readonly Participant[],
): boolean {
  if (joined ? joined.some((part) => isLiving(part, now)) : session.shared_since !== null) return false;
  const seen = session.last_seen_at ?? session.started_at;
  return session.status === "active" && seen !== null && now.getTime() - seen.getTime() >= SILENT_MS;
}

/** A session in a list: its subject, its notes, its cost; `shared` says that others joined it, who are not in it. */
export function sessionSummary(
  session: RowOf<typeof maskedSession.summary>,
  now: Date,
  joined?: readonly Participant[],
) {
  const { id, kind, project_id, agent_name, session_type, status, title, model, story_id, phase } = session;
  return {
    id,
    kind,
    project_id,
    agent_name,
    session_type,
    status,
    stale: isStale(session, now, joined),
    shared: session.shared_since !== null,
    title,
    model,
    story_id,
    phase,
    started_at: iso(session.started_at),
    last_seen_at: iso(session.last_seen_at),
    ended_at: iso(session.ended_at),
    progress_summary: session.progress_summary,
    handoff_notes: session.handoff_notes,
    input_tokens: session.input_tokens,
    output_tokens: session.output_tokens,
    cached_tokens: session.cached_tokens,
    cost_usd: session.cost_usd,
  };
}

/** A session with all its fields. */
export function sessionDetail(session: Session, now: Date, joined?: readonly Participant[]) {
  const { provider, intent, context_artifacts, turn_count, files_modified_count, tags, metadata } = session;
  return {
    ...sessionSummary(session, now, joined),
    provider,
    intent,
    context_artifacts,
    turn_count,
    files_modified_count,
    tags,
    metadata,
    created_at: iso(session.created_at),
    updated_at: iso(session.updated_at),
  };
}

/** An agent that joined a session, with what it left. */
export function participantRow({
  agent_name,
  joined_at,
  last_seen_at,
  ended_at,
  summary,
  notes,
  artifacts,
}: Participant) {
  const times = { joined_at: iso(joined_at), last_seen_at: iso(last_seen_at), ended_at: iso(ended_at) };
  return { agent_name, ...times, summary, notes, artifacts };
}
