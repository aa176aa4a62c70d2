import { MASKS } from "../../firestore/masks.js";
import { activityEntry } from "../activity/view.js";
import type { Call } from "../core/call.js";
import { existingSession } from "../core/existing.js";
import { firstInRoom, fitItems, readItems } from "../core/list-answer.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { countInRoom } from "../core/tokens.js";
import { PAGE } from "../model/limits.js";
import { maskedEntry, maskedTask } from "../model/masked.js";
import { participantsOf, readParticipants } from "../participants/read.js";
import { briefTask, listSessionPart, SESSION_LISTS } from "./session-lists.js";
import { participantRow, sessionDetail } from "./view.js";

/** The parts of a session, which board_get_session gives one by one. */
export const SESSION_PARTS = ["record", ...SESSION_LISTS] as const;

/** The arguments of board_get_session. */
export interface GetSession {
  session_id: string;
  part?: (typeof SESSION_PARTS)[number] | undefined;
  /** For a part that is a list. */
  limit: number;
  cursor?: string | undefined;
}

/**
 * One session (docs/contracts.md 3, board_get_session): the whole record with the first of its lists and of those who
 * joined it, or one part. Throws `session_not_found`, `corrupt_document`. One round trip, two with tasks.
 */
export async function getSession(call: Call, { session_id, part, limit, cursor }: GetSession) {
  if (part === undefined) return await wholeSession(call, session_id);
  if (part === "record") return await recordWithParticipants(call, session_id);
  return await listSessionPart(call, { session_id, part, limit, cursor });
}

/** The whole record of a session. Throws `session_not_found`, `corrupt_document`. One round trip. */
export async function sessionRecord(call: Call, id: string) {
  return sessionDetail(existingSession(await call.store.ref("sessions", id).get(), id), call.now());
}

/** The whole record with those who joined the session and all that they left, the first to join first. */
async function recordWithParticipants(call: Call, id: string) {
  const [snapshot, found] = await Promise.all([
    call.store.ref("sessions", id).get(),
    participantsOf(call, id, MASKS.participants.part).get(),
  ]);
  const joined = readParticipants(found.docs);
  const record = sessionDetail(existingSession(snapshot, id), call.now(), joined);
  const rows = joined.map(participantRow);
  const participants = rows.slice(0, countInRoom(rows, MOST_BYTES));
  return withWarnings({ ...record, participants }, participants.length === rows.length ? [] : [TOO_LARGE]);
}

/** What the participants in a record may take, in bytes of JSON, so that the answer stays below 500 KB. */
const MOST_BYTES = 350_000;
const TOO_LARGE = "The last participants had no room.";
const MORE = "There is more: ask for part record, activity or tasks.";

/** The record with its latest entries and the tasks that they name, as many as half an answer holds of each. */
async function wholeSession(call: Call, id: string) {
  const [snapshot, found, parts] = await Promise.all([
    call.store.ref("sessions", id).get(),
    readPage(
      call,
      [{ shape: "activity", values: { session_id: id }, mask: MASKS.activity_log.entry }],
      { limit: PAGE.default },
      {},
    ),
    participantsOf(call, id, MASKS.participants.part).get(),
  ]);
  const session = existingSession(snapshot, id);
  const size = { ...call.answer, tokens: call.answer.tokens / 2 };
  const entries = readItems(maskedEntry.entry, "entry", found);
  const activity = fitItems(size, entries, activityEntry);
  const touched = new Set(entries.items.flatMap((item) => ("row" in item ? (item.row.task_id ?? []) : [])));
  const tasks = await call.store.getAll(
    [...touched].map((task) => call.store.ref("tasks", task)),
    MASKS.tasks.brief,
  );
  const { rows, warnings } = readDocuments(
    maskedTask.brief,
    "task",
    tasks.filter(({ exists }) => exists),
  );
  const shown = firstInRoom(rows.map(briefTask), size.tokens);
  const joined = readParticipants(parts.docs);
  const everyone = joined.map(participantRow);
  const participants = firstInRoom(everyone, size.tokens);
  const isAll =
    activity.next_cursor === null && shown.length === rows.length && participants.length === everyone.length;
  const result = { ...sessionDetail(session, call.now(), joined), participants, activity: activity.rows, tasks: shown };
  return withWarnings(result, [...(isAll ? [] : [MORE]), ...activity.warnings, ...warnings]);
}
