import type { Call } from "../core/call.js";
import type { Activity } from "../model/activity.js";
import type { Session } from "../model/session.js";
import { type Collected, findOlderNotes } from "./collect.js";
import { readTrail } from "./salvage.js";

/** What stands behind a last session that left no notes: the latest good notes, and what it did. */
export interface Behind {
  noted: Session | null;
  trail: Activity[];
}

/**
 * Looks behind the last session when it left no notes. Depends on which session is the last, so it is a round trip of
 * its own; board_create_session starts it beside its commit.
 */
export async function lookBehind(call: Call, ended: readonly Session[], collected: Collected): Promise<Behind> {
  const [last] = ended;
  if (!last || last.handoff_notes) return { noted: null, trail: [] };
  const noted = ended.find(({ handoff_notes }) => handoff_notes) ?? null;
  const [older, trail] = await Promise.all([
    !noted && collected.moreEnded && last.project_id ? findOlderNotes(call, last.project_id) : null,
    readTrail(call, last.id),
  ]);
  return { noted: noted ?? older, trail };
}
