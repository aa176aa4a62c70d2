import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { type Activity, activityDocument } from "../model/activity.js";
import type { Session } from "../model/session.js";
import { ENDED_MORE, readEndedSessions } from "./contents.js";

/** What stands in for the notes of a last session that left none. */
export interface FallbackNotes {
  /** The latest ended session that left notes, among the last 200. */
  session: Session | null;
  /** What the last session itself did, the latest first, at most 100 entries. */
  activity: Activity[];
}

/** How many entries of the last session are read. */
const ENTRIES = 100;

/**
 * Reads what stands in for the notes of the last of the `ended` sessions (the latest first); null when it left notes, or
 * when there is none. One round trip. `moreEnded`: there may be older ended sessions.
 */
export async function readFallbackNotes(
  call: Call,
  ended: readonly Session[],
  moreEnded: boolean,
): Promise<FallbackNotes | null> {
  const [last] = ended;
  if (!last || last.handoff_notes) return null;
  const withNotes = ended.find(leftNotes) ?? null;
  const [older, entries] = await Promise.all([
    !withNotes && moreEnded && last.project_id ? readEndedSessions(call, last.project_id, ENDED_MORE) : null,
    call.store.query("activity", { values: { session_id: last.id }, limit: ENTRIES }).get(),
  ]);
  return {
    session: withNotes ?? older?.sessions.find(leftNotes) ?? null,
    activity: readDocuments(activityDocument, "entry", entries.docs).rows,
  };
}

function leftNotes({ handoff_notes }: Session): boolean {
  return Boolean(handoff_notes);
}
