import type { Call } from "../call.js";
import { changedFields, pick } from "../changes.js";
import { BoardError, notFound } from "../errors.js";
import { readDocument, readDocuments } from "../model/document.js";
import { PAGE } from "../model/limits.js";
import { checkSize, type Metadata } from "../model/metadata.js";
import { type Session, sessionDocument } from "../model/session.js";
import { taskDocument } from "../model/task.js";
import { write } from "../write.js";
import { isUnsaid } from "./abandon.js";

export interface EndSession {
  session_id: string;
  progress_summary: string;
  handoff_notes?: string | undefined;
  context_artifacts?: Metadata | undefined;
}

/**
 * Ends a board session with notes for the next one (contracts.md 3, board_end_session). An abandoned session takes late
 * notes where it has none, so that they are never lost. Throws `session_not_found`, `session_not_active`.
 */
export async function endSession(call: Call, args: EndSession) {
  const [ended, unfinished] = await Promise.all([storeEnd(call, args), unfinishedTasks(call, args.session_id)]);
  return { ...ended, warnings: [...ended.warnings, ...unfinished] };
}

async function storeEnd(call: Call, args: EndSession) {
  const ref = call.store.ref("sessions", args.session_id);
  return await write(call, async ({ tx, get, log }) => {
    const [snapshot] = await get([ref]);
    if (!snapshot?.exists) throw notFound("session", args.session_id);
    const session = readDocument(sessionDocument, "session", snapshot);
    const update = session.kind === "board" ? endedFields(session, args, call.now()) : null;
    if (!update) throw notActive(session);

    const changes = changedFields(session, update.fields);
    if (changes.length > 0) {
      tx.update(ref, { ...pick(update.fields, changes), updated_at: call.now() });
      log({
        action: update.late ? "updated" : "session_ended",
        agent_name: session.agent_name ?? "system",
        project_id: session.project_id,
        session_id: session.id,
        details: update.late ? "Late notes saved on an abandoned session" : "Session completed",
        metadata: update.late ? { changes } : { from: "active", to: "completed" },
      });
    }
    const message = update.late ? "Late notes saved" : "Session ended";
    const status = update.fields.status ?? session.status;
    return { session_id: session.id, status, warnings: update.warnings, message };
  });
}

interface EndUpdate {
  fields: Partial<Session>;
  late: boolean;
  warnings: string[];
}

/** What ending stores: everything on an active session, only what is still null on an abandoned one, else nothing. */
function endedFields(session: Session, args: EndSession, now: Date): EndUpdate | null {
  const { session_id: _, ...notes } = args;
  const given = Object.fromEntries(
    Object.entries(notes).filter(([, value]) => value !== undefined),
  ) as Partial<Session>;
  const context_artifacts = { ...session.context_artifacts, ...args.context_artifacts };
  checkSize("context_artifacts", context_artifacts);
  if (session.status === "active")
    return { fields: { ...given, context_artifacts, status: "completed", ended_at: now }, late: false, warnings: [] };
  if (session.status !== "abandoned") return null;
  const free = (["progress_summary", "handoff_notes"] as const).filter((field) => isUnsaid(session[field]));
  return {
    fields: { ...pick(given, free), context_artifacts: { ...args.context_artifacts, ...session.context_artifacts } },
    late: true,
    warnings: ["The session was abandoned before; only what it had not saved yet was added."],
  };
}

function notActive({ id, kind, status }: Session): BoardError {
  if (kind !== "board")
    return new BoardError(
      "session_not_active",
      `Session ${id} was not opened on the board.`,
      "End it where it was opened.",
    );
  return new BoardError(
    "session_not_active",
    `Session ${id} is ${status}; its notes are kept as they are.`,
    "board_create_session starts a new one.",
  );
}

/** Warns of tasks that this session worked on, as its activity tells, and that are still in progress. */
async function unfinishedTasks(call: Call, sessionId: string): Promise<string[]> {
  const entries = await call.store.query("activity", { values: { session_id: sessionId }, limit: PAGE.max }).get();
  const ids = new Set(
    entries.docs.map((entry): unknown => entry.get("task_id")).filter((id) => typeof id === "string"),
  );
  const snapshots = await call.store.getAll([...ids].map((id) => call.store.ref("tasks", id)));
  const found = snapshots.filter(({ exists }) => exists);
  const open = readDocuments(taskDocument, "task", found).rows.filter(({ status }) => status === "in_progress");
  return open.length === 0 ? [] : [`Still in progress: ${open.map(({ id }) => id).join(", ")}.`];
}
