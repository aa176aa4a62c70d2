import type { Call } from "../core/call.js";
import { existingSession } from "../core/existing.js";
import { readDocuments } from "../core/read-document.js";
import { write } from "../core/write.js";
import { PAGE } from "../model/limits.js";
import { taskDocument } from "../model/task.js";
import { type Notes, saveNotes } from "./notes.js";

/** The arguments of board_checkpoint_session; board_end_session requires the summary. */
export interface SaveNotes extends Notes {
  session_id: string;
}

/**
 * Ends a board session with notes for the next one and warns of tasks it left in progress (docs/contracts.md 3,
 * board_end_session). Throws `session_not_found`, `session_not_active`.
 */
export async function endSession(call: Call, args: SaveNotes & { progress_summary: string }) {
  const [ended, unfinished] = await Promise.all([store(call, args, true), unfinishedTasks(call, args.session_id)]);
  return { ...ended, warnings: [...ended.warnings, ...unfinished] };
}

/**
 * Saves a session's progress without ending it (docs/contracts.md 3, board_checkpoint_session), so that a crash takes no
 * more along than what came after. Throws `session_not_found`, `session_not_active`.
 */
export async function checkpointSession(call: Call, args: SaveNotes) {
  return await store(call, args, false);
}

async function store(call: Call, { session_id, ...notes }: SaveNotes, end: boolean) {
  const ref = call.store.ref("sessions", session_id);
  return await write(call, async ({ tx, get, log, now: time }) => {
    const [snapshot] = await get([ref]);
    const session = existingSession(snapshot, session_id);
    const now = time();
    const { fields, changes, late, warnings } = saveNotes(
      session,
      notes,
      end ? { status: "completed", ended_at: now } : null,
    );
    const ended = end && !late;
    if (changes.length > 0) {
      tx.update(ref, { ...fields, last_seen_at: late ? session.last_seen_at : now, updated_at: now });
      log({
        action: ended ? "session_ended" : "updated",
        agent_name: session.agent_name ?? "system",
        project_id: session.project_id,
        session_id,
        details: ended ? "Session completed" : late ? "Late notes saved on an abandoned session" : "Session checkpoint",
        metadata: ended ? { from: "active", to: "completed" } : { changes },
      });
    }
    const message = ended ? "Session ended" : changes.length > 0 ? "Notes saved" : "Nothing to save";
    return { session_id, status: fields.status ?? session.status, warnings, message };
  });
}

/** Says so when looking fails: the end may have landed by then, and an error would deny it. */
async function unfinishedTasks(call: Call, sessionId: string): Promise<string[]> {
  return await findUnfinished(call, sessionId).catch(() => [
    "Whether tasks are still in progress could not be checked.",
  ]);
}

/** Warns of tasks that this session worked on, as its activity tells, and that are still in progress. */
async function findUnfinished(call: Call, sessionId: string): Promise<string[]> {
  const entries = await call.store.query("activity", { values: { session_id: sessionId }, limit: PAGE.max }).get();
  const ids = new Set(
    entries.docs.map((entry): unknown => entry.get("task_id")).filter((id) => typeof id === "string"),
  );
  const snapshots = await call.store.getAll([...ids].map((id) => call.store.ref("tasks", id)));
  const found = snapshots.filter(({ exists }) => exists);
  const open = readDocuments(taskDocument, "task", found).rows.filter(({ status }) => status === "in_progress");
  return open.length === 0 ? [] : [`Still in progress: ${open.map(({ id }) => id).join(", ")}.`];
}
