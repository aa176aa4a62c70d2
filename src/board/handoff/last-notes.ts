import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { maskedEntry } from "../model/masked.js";
import type { Participant } from "../model/participant.js";
import { participantsOf, readParticipants } from "../participants/read.js";
import { ENDED_MORE, readEndedSessions } from "./contents.js";
import type { SalvagedActivity } from "./salvage.js";
import type { EndedSession } from "./view.js";

/** A session with those who joined it. */
export interface SharedSession {
  session: EndedSession;
  joined: Participant[];
}

/** The last session, and what stands in for its notes when it left none. */
export interface LastNotes {
  last: SharedSession;
  fallback: FallbackNotes | null;
}

/** What stands in for the notes of a last session that left none. */
export interface FallbackNotes {
  /** The latest ended session that left notes, among the last 200. */
  noted: SharedSession | null;
  /** What the last session itself did, the latest first, at most 100 entries. */
  activity: SalvagedActivity[];
}

/** How many entries of the last session are read. */
const ENTRIES = 100;
/** Of how many sessions that somebody joined the participants are read, in one step. */
const SHARED = 20;

/**
 * Reads who joined the last of the `ended` sessions (the latest first), and what stands in for its notes when it left
 * none; null when none has ended. Nothing is read of a session that nobody joined and that left notes; else one round
 * trip, and two more when none of `ended` left notes. `moreEnded`: there may be older ended sessions.
 */
export async function readLastNotes(
  call: Call,
  ended: readonly EndedSession[],
  moreEnded: boolean,
): Promise<LastNotes | null> {
  const [session] = ended;
  if (!session) return null;
  if (session.handoff_notes) return { last: { session, joined: await readJoined(call, session) }, fallback: null };
  const [[last = { session, joined: [] }, ...earlier], older, entries] = await Promise.all([
    readUntilNotes(call, ended),
    // Who joined may have left notes; without anybody the older sessions are read at once.
    moreEnded && !ended.some(mayHaveNotes) ? readOlder(call, session) : null,
    call.store
      .query("activity", { values: { session_id: session.id }, mask: MASKS.activity_log.salvaged, limit: ENTRIES })
      .get(),
  ]);
  if (leftNotes(last)) return { last, fallback: null };
  const noted =
    earlier.find(leftNotes) ?? (moreEnded ? (older ?? (await readOlder(call, session))).find(leftNotes) : undefined);
  const activity = readDocuments(maskedEntry.salvaged, "entry", entries.docs).rows;
  return { last, fallback: { noted: noted ?? null, activity } };
}

async function readOlder(call: Call, { project_id }: EndedSession): Promise<SharedSession[]> {
  if (project_id === null) return [];
  const { sessions } = await readEndedSessions(call, project_id, ENDED_MORE);
  return await readUntilNotes(call, sessions);
}

/** The sessions up to the first that left notes itself, with those who joined them. */
async function readUntilNotes(call: Call, ended: readonly EndedSession[]): Promise<SharedSession[]> {
  const at = ended.findIndex(({ handoff_notes }) => handoff_notes);
  const looked = at < 0 ? ended : ended.slice(0, at + 1);
  const shared = new Set(looked.filter(isShared).slice(0, SHARED));
  return await Promise.all(
    looked.map(async (session) => ({ session, joined: shared.has(session) ? await readJoined(call, session) : [] })),
  );
}

async function readJoined(call: Call, session: EndedSession): Promise<Participant[]> {
  return isShared(session)
    ? readParticipants((await participantsOf(call, session.id, MASKS.participants.part).get()).docs)
    : [];
}

function isShared({ shared_since }: EndedSession): boolean {
  return shared_since !== null;
}

function mayHaveNotes(session: EndedSession): boolean {
  return Boolean(session.handoff_notes) || isShared(session);
}

function leftNotes({ session, joined }: SharedSession): boolean {
  return Boolean(session.handoff_notes) || joined.some(({ notes }) => notes);
}
