import { activityEntry } from "../activity/view.js";
import type { Call } from "../core/call.js";
import { existingSession } from "../core/existing.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { activityDocument } from "../model/activity.js";
import { PAGE } from "../model/limits.js";
import { taskDocument } from "../model/task.js";
import { sessionDetail } from "./view.js";

/**
 * One session in full, with its latest entries and the tasks it touched (docs/contracts.md 3, board_get_session).
 * Throws `session_not_found`, `corrupt_document`. Two round trips.
 */
export async function getSession(call: Call, sessionId: string) {
  const [snapshot, found] = await Promise.all([
    call.store.ref("sessions", sessionId).get(),
    call.store.query("activity", { values: { session_id: sessionId }, limit: PAGE.default }).get(),
  ]);
  const session = existingSession(snapshot, sessionId);
  const entries = readDocuments(activityDocument, "entry", found.docs);
  const touched = [...new Set(entries.rows.flatMap(({ task_id }) => task_id ?? []))];
  const tasks = (await call.store.getAll(touched.map((id) => call.store.ref("tasks", id)))).filter(
    ({ exists }) => exists,
  );
  const { rows, warnings } = readDocuments(taskDocument, "task", tasks);
  const result = {
    ...sessionDetail(session, call.now()),
    activity: entries.rows.map(activityEntry),
    tasks: rows.map(({ id, title, status }) => ({ id, title, status })),
  };
  return withWarnings(result, [...entries.warnings, ...warnings]);
}
