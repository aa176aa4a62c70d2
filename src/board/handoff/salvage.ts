import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { type Activity, activityDocument } from "../model/activity.js";
import type { Session } from "../model/session.js";
import type { Task } from "../model/task.js";
import { knownStatus } from "../tasks/time-in-status.js";
import { recentEntry } from "./view.js";

/** How much of a dead session's activity is looked at, and how many entries are shown. */
const LOOKED_AT = 100;
const SHOWN = 5;

/** Reads what a session did, the latest first. One round trip. */
export async function readTrail(call: Call, sessionId: string): Promise<Activity[]> {
  const found = await call.store.query("activity", { values: { session_id: sessionId }, limit: LOOKED_AT }).get();
  return readDocuments(activityDocument, "entry", found.docs).rows;
}

/**
 * What can be told of a session that ended without notes (contracts.md 3.2), from its activity: the tasks it touched,
 * with their status as far as it is known, those it left in progress, and its last entries. Pure.
 */
export function salvage(session: Pick<Session, "id">, trail: readonly Activity[], openTasks: readonly Task[]) {
  const open = new Map(openTasks.map((task) => [task.id, task]));
  const touched = new Map<string, string | null>();
  // The trail goes back in time, so that the first status told of a task is the last one it had.
  for (const { task_id, metadata } of trail) {
    if (task_id === null) continue;
    touched.set(task_id, touched.get(task_id) ?? knownStatus(metadata.to));
  }
  const tasks_touched = [...touched].map(([id, told]) => {
    const task = open.get(id);
    return { id, title: task?.title ?? null, status: task?.status ?? told };
  });
  return {
    session_id: session.id,
    tasks_touched,
    tasks_in_progress: openTasks
      .filter(
        ({ id, status, lease }) => status === "in_progress" && (touched.has(id) || lease?.session_id === session.id),
      )
      .map(({ id }) => id),
    last_entries: trail.slice(0, SHOWN).map(recentEntry),
  };
}
