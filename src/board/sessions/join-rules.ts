import { BoardError } from "../core/errors.js";
import { MOST_PARTICIPANTS, type Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";
import { isCreatorLiving, isLiving } from "../participants/liveness.js";
import { freeName } from "../participants/names.js";

/** What joining a session comes to. */
export interface Joining {
  /** The name to work under; null when none was given. */
  agent_name: string | null;
  /** The caller is a participant already: nothing is to be written. */
  known: boolean;
  /** The caller's earlier part, which it has ended: it is kept beside the new one. */
  earlier: Participant | null;
}

/**
 * The rules of joining (docs/contracts.md 3.3). The same connection is the same participant, whatever name it gives;
 * one that has ended its part begins another. A name that another living participant has gets a number: `claude-2`.
 * Throws `guard_refused` when the session has 50 participants. Pure.
 */
export function decideJoining(
  session: Session,
  joined: readonly Participant[],
  { holder, agent_name }: { holder: string; agent_name: string | null },
  now: Date,
): Joining {
  const own = joined.find(({ id }) => id === holder);
  if (own && own.ended_at === null) return { agent_name: own.agent_name, known: true, earlier: null };
  if (!own && session.holder === holder && session.creator_ended_at === null)
    return { agent_name: session.agent_name, known: true, earlier: null };
  refuseMore(session, joined);
  const others = joined.filter((part) => part.id !== holder && isLiving(part, now)).map((part) => part.agent_name);
  const taken = new Set([...others, ...(isCreatorLiving(session, now) ? [session.agent_name] : [])]);
  return { agent_name: agent_name && freeName(agent_name, taken), known: false, earlier: own ?? null };
}

/** Throws `guard_refused` when a session has room for no more participants. */
export function refuseMore({ id }: Session, joined: readonly Participant[]): void {
  if (joined.length >= MOST_PARTICIPANTS)
    throw new BoardError(
      "guard_refused",
      `Session ${id} has ${MOST_PARTICIPANTS} participants already.`,
      "board_create_session starts a new session, which is handed what this one left.",
    );
}
