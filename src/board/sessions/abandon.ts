import type { Call } from "../core/call.js";
import type { UnitOfWork } from "../core/write.js";
import type { Activity } from "../model/activity.js";
import { endOf } from "../model/end-time.js";
import type { Session } from "../model/session.js";
import { UNSAID } from "../participants/unsaid.js";

/** What abandoning a session changes; a summary that was saved is kept (docs/contracts.md 3.1). */
export function abandoned(session: Session, now: Date): Session {
  const progress_summary = session.progress_summary ?? UNSAID;
  return {
    ...session,
    status: "abandoned",
    ended_at: endOf(session.started_at, now),
    progress_summary,
    updated_at: now,
  };
}

/** Stores an abandoned session with its `session_ended` entry. */
export function storeAbandoned(call: Call, { tx, log }: UnitOfWork, session: Session): Activity {
  const { status, ended_at, progress_summary, updated_at } = session;
  tx.update(call.store.ref("sessions", session.id), { status, ended_at, progress_summary, updated_at });
  return log({
    action: "session_ended",
    agent_name: session.agent_name,
    project_id: session.project_id,
    session_id: session.id,
    details: UNSAID,
    metadata: { from: "active", to: "abandoned" },
  });
}
