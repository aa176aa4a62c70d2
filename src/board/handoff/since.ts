import { MASKS } from "../../firestore/masks.js";
import { FIRST_SECOND } from "../../time-range.js";
import type { Call } from "../core/call.js";
import { BoardError, invalidArgument } from "../core/errors.js";
import { existing } from "../core/existing.js";
import { readDocuments } from "../core/read-document.js";
import { PRIORITIES } from "../model/enums.js";
import { maskedEntry, maskedSession, maskedTask } from "../model/masked.js";
import { resolutionOf } from "../model/task.js";
import { type Contents, ENDED_MORE, RECENT_ENTRIES, readContents, readEndedSessions } from "./contents.js";
import type { EndedSession, OpenTask } from "./view.js";

const existingTimes = existing("session", maskedSession.times);

/** How many changed tasks are read. */
const CHANGED_TASKS = 500;

/** What `since` takes. */
export const SINCE_FORM = "must be the id of a session, a date (YYYY-MM-DD) or an ISO 8601 time with a zone";

/** The form of a date without a time. */
export const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The time that `since` names: itself, the start of a day in UTC, or the end of a session, its start while it has not
 * ended. Throws `session_not_found`, `invalid_argument`.
 */
export async function sinceTime(call: Call, since: string): Promise<Date> {
  if (DATE.test(since) || /^\d{4}-\d{2}-\d{2}T/.test(since)) {
    const time = new Date(since);
    if (Number.isNaN(time.getTime())) throw invalidArgument("since is not a time: use ISO 8601 or a session id.");
    return new Date(Math.max(time.getTime(), FIRST_SECOND * 1_000));
  }
  const snapshot = await call.store.ref("sessions", since).get(MASKS.sessions.times);
  // Any word may be an id: whoever writes one for a time must not look for a session.
  if (!snapshot.exists)
    throw new BoardError(
      "session_not_found",
      `There is no session ${since}; since ${SINCE_FORM}.`,
      "board_get_sessions names those that exist.",
    );
  const { ended_at, started_at } = existingTimes(snapshot, since);
  return ended_at ?? started_at ?? new Date(0);
}

/** Reads what changed in a project after `time`: one round trip, two when many sessions have ended since. */
export async function readContentsSince(
  call: Call,
  project_id: string,
  time: Date,
  maxTokens: number,
): Promise<Contents> {
  const values = { project_id };
  const entryQuery = {
    values: { ...values, created_at: time },
    mask: MASKS.activity_log.recent,
    limit: RECENT_ENTRIES,
  };
  const taskQuery = { values: { ...values, updated_at: time }, mask: MASKS.tasks.handoff, limit: CHANGED_TASKS };
  const [whole, changed, changedCount, entries, entryCount] = await Promise.all([
    readContents(call, project_id, maxTokens),
    call.store.query("tasksChangedSince", taskQuery).get(),
    call.store.query("tasksChangedSince", { ...taskQuery, limit: "all" }).count(),
    call.store.query("activitySince", entryQuery).get(),
    call.store.query("activitySince", { ...entryQuery, limit: "all" }).count(),
  ]);
  const { rows, warnings } = readDocuments(maskedTask.handoff, "task", changed.docs);
  const ended = await endedSince(call, project_id, time, whole);
  const done = rows.filter((task) => resolutionOf(task) === "completed");
  return {
    ...whole,
    ended,
    moreEnded: false,
    tasks: rows.filter(({ status }) => status !== "done").sort(byUrgency),
    activity: readDocuments(maskedEntry.recent, "entry", entries.docs).rows,
    warnings: [...new Set([...whole.warnings, ...warnings])],
    since: {
      time: time.toISOString(),
      sessions_ended: ended.length,
      tasks_changed: changedCount,
      tasks_completed: done.map(({ id, title }) => ({ id, title })),
      entries: entryCount,
    },
  };
}

/** The sessions that ended after `time`, at most the latest 200; more are read when all of `whole` ended after it. */
async function endedSince(call: Call, project_id: string, time: Date, whole: Contents): Promise<EndedSession[]> {
  const isSince = ({ ended_at }: EndedSession) => ended_at !== null && ended_at > time;
  if (!whole.moreEnded || !whole.ended.every(isSince)) return whole.ended.filter(isSince);
  return (await readEndedSessions(call, project_id, ENDED_MORE)).sessions.filter(isSince);
}

/** The handoff's order: critical to low, unknown priorities last, the oldest first. */
function byUrgency(a: OpenTask, b: OpenTask): number {
  return rank(a) - rank(b) || Number(a.created_at) - Number(b.created_at);
}

function rank({ priority }: OpenTask): number {
  const known: readonly string[] = PRIORITIES;
  return known.includes(priority) ? known.indexOf(priority) : known.length;
}
