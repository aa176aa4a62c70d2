import { BoardError } from "../core/errors.js";
import type { Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";
import { isCreatorLiving, isGone, isLiving } from "../participants/liveness.js";
import { isUnsaid } from "../participants/unsaid.js";
import type { Beating } from "./heartbeat-rules.js";
import type { Kept, Notes } from "./notes.js";

/** Where a session keeps what a caller says, so that nobody overwrites another one's notes. */
export interface Place {
  /** The session's own fields, which are the creator's, or a participant's document. */
  in: "session" | "participant";
  /** Whose it is. */
  agent_name: string | null;
  /** What it holds. */
  kept: Kept;
  /** Whether its part was ended. */
  ended: boolean;
  /**
   * Whether the caller had no place so far: it takes the creator's, which nobody holds any more, or is given a new one.
   */
  taken: boolean;
}

const EMPTY: Kept = { progress_summary: null, handoff_notes: null, context_artifacts: {} };

/**
 * The place of a caller (docs/contracts.md 3.3): the part that its connection joined with; else the creator's, when it
 * opened the session. A connection that is no participant (a host that was restarted, a script) takes the creator's
 * place when that is free, else a new one. Pure.
 */
export function placeOf(
  session: Session,
  joined: readonly Participant[],
  { holder, heartbeatMs }: Beating,
  now: Date,
): Place {
  const own = joined.find(({ id }) => id === holder);
  if (own) {
    const kept = { progress_summary: own.summary, handoff_notes: own.notes, context_artifacts: own.artifacts };
    return { in: "participant", agent_name: own.agent_name, kept, ended: own.ended_at !== null, taken: false };
  }
  const { agent_name, progress_summary, handoff_notes, context_artifacts } = session;
  const ended = session.creator_ended_at !== null;
  const creators = { in: "session", agent_name, kept: { progress_summary, handoff_notes, context_artifacts } } as const;
  if (session.holder === holder) return { ...creators, ended, taken: false };
  if (!ended && isFree(session, heartbeatMs, now)) return { ...creators, ended, taken: true };
  return { in: "participant", agent_name, kept: EMPTY, ended: false, taken: true };
}

/**
 * The place of what a caller says now: its own place, but a new part for texts that would write over what an abandoned
 * session says. Pure.
 */
export function placeOfNotes(session: Session, place: Place, notes: Notes): Place {
  const { agent_name, kept } = place;
  const overwrites = (["progress_summary", "handoff_notes"] as const).some(
    (field) => notes[field] !== undefined && !isUnsaid(kept[field]) && notes[field] !== kept[field],
  );
  if (place.in !== "session" || session.status !== "abandoned" || !overwrites) return place;
  return { in: "participant", agent_name, kept: EMPTY, ended: false, taken: true };
}

/**
 * Whether another connection may go on in the creator's place. What an abandoned session says is never written over.
 */
function isFree(session: Session, heartbeatMs: number, now: Date): boolean {
  if (session.status === "abandoned" && !(isUnsaid(session.progress_summary) && isUnsaid(session.handoff_notes)))
    return false;
  return isGone(session, heartbeatMs, now);
}

/**
 * Whether the caller's end of its part completes an active session: nobody else who takes part is living. A caller that
 * is no participant stands in for the agent that opened the session, as long as nobody ever joined. Pure.
 */
export function isLastOne(
  session: Session,
  joined: readonly Participant[],
  place: Place,
  { holder, now }: { holder: string; now: Date },
): boolean {
  if (joined.some((part) => part.id !== holder && isLiving(part, now))) return false;
  const forCreator = place.in === "session" || (place.taken && joined.length === 0);
  return forCreator || !isCreatorLiving(session, now);
}

/** Throws `session_not_active` when a caller can leave no notes in a session (any more). */
export function refuseNotes({ id, kind, status }: Session, place: Place): void {
  if (kind !== "board")
    throw new BoardError(
      "session_not_active",
      `Session ${id} was not opened on the board.`,
      "End it where it was opened.",
    );
  const over = status === "completed" && (place.ended || place.taken);
  if (over || !["active", "abandoned", "completed"].includes(status))
    throw new BoardError(
      "session_not_active",
      `Session ${id} is ${status === "completed" ? "completed" : "not active"}; its notes are kept as they are.`,
      "board_create_session starts a new one.",
    );
  if (status === "active" && place.ended)
    throw new BoardError(
      "session_not_active",
      `Your part in session ${id} has ended; its notes are kept as they are.`,
      "board_create_session with if_active join takes part again.",
    );
}
