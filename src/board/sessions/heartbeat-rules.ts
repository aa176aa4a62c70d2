import type { Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";
import { isGone } from "../participants/liveness.js";

/** A connection, and the milliseconds between the heartbeats of one that lives. */
export interface Beating {
  holder: string;
  heartbeatMs: number;
}

/** What a heartbeat writes; neither field: nothing. */
export interface Sign {
  session?: Partial<Session>;
  participant?: Partial<Participant>;
  /** The connection takes no part in the session any more. */
  over?: true;
}

/**
 * What one heartbeat of a connection writes in an active session (docs/contracts.md 3.3). A joiner's goes to its own
 * part, so that a creator that died is not taken for living. The creator's goes to the session itself; once the creator
 * has ended its part, so do those of joiners. A connection that works in the session without having joined takes the
 * creator's place when its holder is gone. Pure.
 */
export function signOfLife(
  session: Session,
  own: Participant | null,
  { holder, heartbeatMs }: Beating,
  now: Date,
): Sign {
  const seen = { last_seen_at: now };
  if (own) {
    if (own.ended_at !== null) return { over: true };
    return { participant: seen, ...(session.creator_ended_at === null ? {} : { session: seen }) };
  }
  if (session.holder === holder) return session.creator_ended_at === null ? { session: seen } : { over: true };
  if (session.holder === null || session.creator_ended_at !== null) return { session: seen };
  return isGone(session, heartbeatMs, now) ? { session: { ...seen, holder } } : {};
}
