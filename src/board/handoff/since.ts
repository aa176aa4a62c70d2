import type { Call } from "../call.js";
import { invalidArgument, notFound } from "../errors.js";
import { activityDocument } from "../model/activity.js";
import { readDocument, readDocuments } from "../model/document.js";
import { sessionDocument } from "../model/session.js";
import { taskDocument } from "../model/task.js";
import { type Collected, collectHandoff, RECENT_ENTRIES } from "./collect.js";
import type { SinceCounts } from "./view.js";

/** How many changed tasks are read. */
const CHANGED_TASKS = 500;

/** A handoff's contents cut down to what changed after a moment. */
export interface CollectedSince extends Collected {
  since: SinceCounts;
}

/**
 * The moment that `since` names: a time, or the end of a session, its start while it has not ended.
 * Throws `session_not_found`, `invalid_argument`.
 */
export async function sinceMoment(call: Call, since: string): Promise<Date> {
  if (/^\d{4}-\d{2}-\d{2}T/.test(since)) {
    const time = new Date(since);
    if (Number.isNaN(time.getTime())) throw invalidArgument("since is not a time: use ISO 8601 or a session id.");
    return time;
  }
  const snapshot = await call.store.ref("sessions", since).get();
  if (!snapshot.exists) throw notFound("session", since);
  const { ended_at, started_at } = readDocument(sessionDocument, "session", snapshot);
  return ended_at ?? started_at ?? new Date(0);
}

/** Reads what changed in a project after `moment`: one round trip. */
export async function collectSince(
  call: Call,
  project_id: string,
  moment: Date,
  maxTokens: number,
): Promise<CollectedSince> {
  const values = { project_id };
  const entryQuery = { values: { ...values, created_at: moment }, limit: RECENT_ENTRIES };
  const [whole, changed, entries, entryCount] = await Promise.all([
    collectHandoff(call, project_id, maxTokens),
    call.store.query("tasksChangedSince", { values: { ...values, updated_at: moment }, limit: CHANGED_TASKS }).get(),
    call.store.query("activitySince", entryQuery).get(),
    call.store
      .query("activitySince", { ...entryQuery, limit: "all" })
      .count()
      .get(),
  ]);
  const { rows, warnings } = readDocuments(taskDocument, "task", changed.docs);
  const fresh = new Map(rows.map((task) => [task.id, task]));
  const ended = whole.ended.filter(({ ended_at }) => ended_at && ended_at > moment);
  const done = rows.filter(({ status }) => status === "done");
  return {
    ...whole,
    ended,
    moreEnded: false,
    tasks: whole.tasks.filter(({ id }) => fresh.has(id)),
    activity: readDocuments(activityDocument, "entry", entries.docs).rows,
    warnings: [...whole.warnings, ...warnings],
    since: {
      time: moment.toISOString(),
      sessions_ended: ended.length,
      tasks_changed: rows.length,
      tasks_completed: done.map(({ id, title }) => ({ id, title })),
      entries: entryCount.data().count,
    },
  };
}
