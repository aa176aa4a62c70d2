import { isOfCallsAlone } from "../core/holder.js";
import type { Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";

/**
 * For how long, in milliseconds, an active session or a participant may be silent before it counts as stale, or gone.
 */
export const SILENT_MS = 30 * 60_000;

/** What a rule needs to know of a part in a session, the creator's or a joiner's. */
type Part = Pick<Participant, "agent_name" | "joined_at" | "last_seen_at" | "ended_at">;

/** Heartbeats that a living connection never misses in a row. */
const MISSED_HEARTBEATS = 3;

/**
 * Milliseconds of silence after which a holder counts as gone: three heartbeats of a connection; over HTTP, where only
 * calls are signs of life, 30 minutes. Pure.
 */
export function goneAfterMs(holder: string | null, heartbeatMs: number): number {
  return isOfCallsAlone(holder) ? SILENT_MS : MISSED_HEARTBEATS * heartbeatMs;
}

/**
 * Whether the agent that opened a session counts as living in it; not when its connection has given the place up. Pure.
 */
export function isCreatorLiving(session: Session, now: Date): boolean {
  const { agent_name, started_at, last_seen_at, creator_ended_at } = session;
  if (session.holder === null) return false;
  return isLiving({ agent_name, joined_at: started_at, last_seen_at, ended_at: creator_ended_at }, now);
}

/**
 * Whether the holder of the creator's part in a session is gone, so that another one may take its place: none holds it,
 * it has been silent for too long (`goneAfterMs`), or it has ended. Pure.
 */
export function isGone(session: Session, heartbeatMs: number, now: Date): boolean {
  const seen = session.last_seen_at ?? session.started_at;
  const silent = seen === null || now.getTime() - seen.getTime() > goneAfterMs(session.holder, heartbeatMs);
  return silent || !isCreatorLiving(session, now);
}

/** Whether a participant counts as living: it has not ended its part, and was seen within 30 minutes. Pure. */
export function isLiving({ ended_at, last_seen_at, joined_at }: Part, now: Date): boolean {
  const seen = last_seen_at ?? joined_at;
  return ended_at === null && seen !== null && now.getTime() - seen.getTime() < SILENT_MS;
}
