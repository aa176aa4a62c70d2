import type { Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";

/** For how long, in milliseconds, an active session or a participant may be silent before it counts as stale, or gone. */
export const SILENT_MS = 30 * 60_000;

/** What a rule needs to know of a part in a session, the creator's or a joiner's. */
type Part = Pick<Participant, "agent_name" | "joined_at" | "last_seen_at" | "ended_at">;

/** The part of the agent that opened the session, which the session itself holds. */
export function creatorsPart(session: Session): Part {
  const { agent_name, started_at, last_seen_at, creator_ended_at } = session;
  return { agent_name, joined_at: started_at, last_seen_at, ended_at: creator_ended_at };
}

/** Whether a participant counts as living: it has not ended its part, and was seen within 30 minutes. Pure. */
export function isLiving({ ended_at, last_seen_at, joined_at }: Part, now: Date): boolean {
  const seen = last_seen_at ?? joined_at;
  return ended_at === null && seen !== null && now.getTime() - seen.getTime() < SILENT_MS;
}
