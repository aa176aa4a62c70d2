import { z } from "zod";
import { freeFormMap, optionalText, optionalTimestamp, type Stored } from "./fields.js";

/** How many can join one session, those that have ended their part included. */
export const MOST_PARTICIPANTS = 50;

/**
 * An agent that joined a session, as stored in `sessions/{id}/participants/{holder}` (docs/contracts.md 3.3). The
 * session's creator has no such document: the session itself holds its part.
 */
export const participantDocument = z.object({
  agent_name: optionalText,
  joined_at: optionalTimestamp,
  last_seen_at: optionalTimestamp,
  /** When it ended its part; null while it takes part. */
  ended_at: optionalTimestamp,
  summary: optionalText,
  notes: optionalText,
  artifacts: freeFormMap,
});
/** A participant with the id of its document: the holder, which is the connection that it works over. */
export type Participant = Stored<z.output<typeof participantDocument>>;

/** The fields of a participant that has just joined; every optional field is null, never missing. */
export function newParticipant(now: Date, agent_name: string | null): Omit<Participant, "id"> {
  return { agent_name, joined_at: now, last_seen_at: now, ended_at: null, summary: null, notes: null, artifacts: {} };
}
