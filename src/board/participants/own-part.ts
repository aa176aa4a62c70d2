import { isHolderOf } from "../core/holder.js";
import type { Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";
import { isCreatorLiving, isLiving } from "./liveness.js";

/** Who makes a call that stands alone. */
export interface LoneCaller {
  principal: string;
  /** The agent that it names; null when it names none. */
  agent_name: string | null;
}

/**
 * The holder of the caller's part in a session, when no connection tells which it is (docs/contracts.md 3.3): the
 * principal's own part of the agent's name, else its only one that is living, else its only one. Null when it has none,
 * `several` when it has more that could be meant; never another principal's. Pure.
 */
export function ownPart(
  session: Session,
  joined: readonly Participant[],
  { principal, agent_name }: LoneCaller,
  now: Date,
): { holder: string } | "several" | null {
  const { holder } = session;
  const creator = { holder: holder ?? "", agent_name: session.agent_name, isLiving: isCreatorLiving(session, now) };
  const parts = [
    creator,
    // The last to join comes first: of parts under one name the last is at work.
    ...joined
      .map((part) => ({ holder: part.id, agent_name: part.agent_name, isLiving: isLiving(part, now) }))
      .toReversed(),
  ].filter((part) => isHolderOf(principal, part.holder));
  const living = parts.filter((part) => part.isLiving);
  const ofName = (part: (typeof parts)[number]) => agent_name !== null && part.agent_name === agent_name;
  const named = living.find(ofName) ?? parts.find(ofName);
  if (named) return { holder: named.holder };
  const [only, ...others] = living.length > 0 ? living : parts;
  if (!only) return null;
  return others.length === 0 ? { holder: only.holder } : "several";
}
