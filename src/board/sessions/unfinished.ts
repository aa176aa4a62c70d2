import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { PAGE } from "../model/limits.js";
import { maskedEntry, maskedTask, type RowOf } from "../model/masked.js";

/** A task that is still in progress, and who worked on it in the session. */
export interface UnfinishedTask {
  id: string;
  agents: ReadonlySet<string>;
}

/**
 * Finds the tasks that a session worked on, as its latest activity tells, and that are in progress. Two round trips.
 */
export async function findUnfinished(call: Call, sessionId: string): Promise<UnfinishedTask[]> {
  const found = await call.store
    .query("activity", { values: { session_id: sessionId }, mask: MASKS.activity_log.touched, limit: PAGE.max })
    .get();
  const entries = readDocuments(maskedEntry.touched, "entry", found.docs).rows;
  const ids = [...new Set(entries.flatMap(({ task_id }) => task_id ?? []))];
  const snapshots = await call.store.getAll(
    ids.map((id) => call.store.ref("tasks", id)),
    MASKS.tasks.brief,
  );
  const tasks = readDocuments(
    maskedTask.brief,
    "task",
    snapshots.filter(({ exists }) => exists),
  ).rows;
  const open = tasks.filter(({ status }) => status === "in_progress");
  return open.map(({ id }) => ({ id, agents: agentsOn(entries, id) }));
}

function agentsOn(entries: readonly RowOf<typeof maskedEntry.touched>[], taskId: string): ReadonlySet<string> {
  return new Set(entries.filter(({ task_id }) => task_id === taskId).map(({ agent_name }) => agent_name));
}
