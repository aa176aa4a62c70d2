import type { Call } from "../core/call.js";
import { existingSession } from "../core/existing.js";
import { type UnitOfWork, write } from "../core/write.js";
import { endOf } from "../model/end-time.js";
import { newParticipant, type Participant } from "../model/participant.js";
import type { Session } from "../model/session.js";
import { participantsOf, readParticipants } from "../participants/read.js";
import { refuseMore } from "./join-rules.js";
import { type Kept, type Notes, type NotesUpdate, saveNotes } from "./notes.js";
import { isLastOne, type Place, placeOf, placeOfNotes } from "./notes-place.js";
import { findUnfinished } from "./unfinished.js";

/** The arguments of board_checkpoint_session; board_end_session requires the summary. */
export interface SaveNotes extends Notes {
  session_id: string;
}

/**
 * Ends the caller's part in a board session with notes for the next one, and with the last living part the session
 * (docs/contracts.md 3.3). Warns of tasks that it left in progress. Throws `session_not_found`, `session_not_active`.
 */
export async function endSession(call: Call, args: SaveNotes & { progress_summary: string }) {
  // A failure to look is said, not thrown: the end may have landed by then, and an error would deny it.
  const looked = findUnfinished(call, args.session_id).catch(() => null);
  const [{ warnings, agent_name, ...ended }, open] = await Promise.all([store(call, args, true), looked]);
  if (open === null)
    return { ...ended, warnings: [...warnings, "Whether tasks are still in progress could not be checked."] };
  // While others go on, their tasks are none of the caller's business.
  const own = ended.status === "active" ? open.filter(({ agents }) => agents.has(agent_name)) : open;
  const unfinished = own.length === 0 ? [] : [`Still in progress: ${own.map(({ id }) => id).join(", ")}.`];
  return { ...ended, warnings: [...warnings, ...unfinished] };
}

/**
 * Saves what the caller has done in a session without ending its part (docs/contracts.md 3, board_checkpoint_session),
 * so that a crash loses only what comes after. Throws `session_not_found`, `session_not_active`.
 */
export async function checkpointSession(call: Call, args: SaveNotes) {
  const { agent_name: _, ...saved } = await store(call, args, false);
  return saved;
}

/**
 * Two round trips: the transaction reads the participants; the session is read beside it, and the commit stands only on
 * it as it was.
 */
async function store(call: Call, { session_id, ...notes }: SaveNotes, end: boolean) {
  const ref = call.store.ref("sessions", session_id);
  return await write(call, async (unit) => {
    const [found, snapshot] = await Promise.all([unit.tx.get(participantsOf(call, session_id)), ref.get()]);
    const session = existingSession(snapshot, session_id);
    const joined = readParticipants(found.docs);
    const now = unit.now();
    const { holder } = call;
    const place = placeOfNotes(session, placeOf(session, joined, call, now), notes);
    const saved = saveNotes(session, place, notes);
    const ends = end && !place.ended && !(place.in === "session" && session.status === "abandoned");
    const completes = ends && session.status === "active" && isLastOne(session, joined, place, { holder, now });
    const agent_name = place.agent_name || "system";
    if (ends || saved.changes.length > 0) {
      if (place.in === "participant" && place.taken) refuseMore(session, joined);
      const decided = { session, place, saved, ends, completes };
      const fields = sessionFields(call, decided, now);
      if (place.in === "participant") storePart(call, unit, decided, joined);
      if (Object.keys(fields).length === 0) unit.tx.verify(snapshot);
      else if (snapshot.updateTime) unit.tx.update(ref, fields, { lastUpdateTime: snapshot.updateTime });
      logSaved(unit, decided);
    }
    const status = completes ? "completed" : session.status;
    return {
      session_id,
      status,
      warnings: saved.warnings,
      message: messageOf(saved, { ends, completes, status }),
      agent_name,
    };
  });
}

/** What was decided about a call that saves notes. */
interface Decided {
  session: Session;
  place: Place;
  saved: NotesUpdate;
  /** The caller's part ends. */
  ends: boolean;
  /** The session is completed with it. */
  completes: boolean;
}

/** What changes in the session itself. */
function sessionFields(call: Call, { session, place, saved, ends, completes }: Decided, now: Date): Partial<Session> {
  const completed = completes ? { status: "completed", ended_at: endOf(session.started_at, now) } : {};
  const shared = place.in === "participant" && session.shared_since === null ? { shared_since: now } : {};
  const own =
    place.in === "session"
      ? {
          ...saved.fields,
          holder: call.holder,
          ...(ends ? { creator_ended_at: endOf(session.started_at, now) } : {}),
          ...(saved.late ? {} : { last_seen_at: now }),
        }
      : {};
  const fields = { ...own, ...shared, ...completed };
  return Object.keys(fields).length === 0 ? {} : { ...fields, updated_at: now };
}

/** Stores the caller's own document, with its first notes when it has none yet. */
function storePart(call: Call, { tx, now: time }: UnitOfWork, decided: Decided, joined: readonly Participant[]): void {
  const { session, place, saved, ends } = decided;
  const now = time();
  const ref = call.store.sub(call.store.ref("sessions", session.id), "participants", call.holder);
  const known = joined.find(({ id }) => id === call.holder);
  const kept: Kept = { ...place.kept, ...saved.fields };
  const fields = {
    summary: kept.progress_summary,
    notes: kept.handoff_notes,
    artifacts: kept.context_artifacts,
    last_seen_at: now,
    ...(ends ? { ended_at: endOf(known?.joined_at ?? null, now) } : {}),
  };
  if (known) tx.update(ref, fields);
  else tx.create(ref, { ...newParticipant(now, place.agent_name), ...fields });
}

function logSaved({ log }: UnitOfWork, { session, place, saved, ends, completes }: Decided): void {
  const late = `Late notes saved on ${session.status === "abandoned" ? "an abandoned" : "a completed"} session`;
  const details = completes ? "Session completed" : saved.late ? late : ends ? "Part ended" : "Session checkpoint";
  log({
    action: completes ? "session_ended" : "updated",
    agent_name: place.agent_name,
    project_id: session.project_id,
    session_id: session.id,
    details,
    metadata: completes ? { from: "active", to: "completed" } : { changes: saved.changes },
  });
}

function messageOf(
  { changes }: NotesUpdate,
  { ends, completes, status }: Pick<Decided, "ends" | "completes"> & { status: string },
): string {
  if (completes) return "Session ended";
  if (ends && status === "active") return "Your part has ended; others still take part in the session";
  return ends || changes.length > 0 ? "Notes saved" : "Nothing to save";
}
