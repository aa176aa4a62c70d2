import { changedFields, pick } from "../core/changed-fields.js";
import { BoardError } from "../core/errors.js";
import { checkMetadataSize, type Metadata } from "../core/metadata.js";
import type { Session } from "../model/session.js";
import { isUnsaid } from "./abandon.js";

/** What a session tells about itself, at a checkpoint or at its end. */
export interface Notes {
  progress_summary?: string | undefined;
  handoff_notes?: string | undefined;
  context_artifacts?: Metadata | undefined;
}

/** What saving notes stores; no fields means that nothing is to be written. */
export interface NotesUpdate {
  fields: Partial<Session>;
  changes: string[];
  /** The session had been abandoned: notes only fill fields that are empty. */
  late: boolean;
  warnings: string[];
}

/**
 * The rules of board_checkpoint_session and board_end_session (docs/contracts.md 3), as a pure function: an active session
 * takes everything, artifacts by key; an abandoned one only what is still empty, so that late notes are never lost
 * and nothing is overwritten. Throws `session_not_active` for others, `invalid_argument` when artifacts grow too large.
 */
export function saveNotes(
  session: Session,
  notes: Notes,
  ending: { status: "completed"; ended_at: Date } | null,
): NotesUpdate {
  if (session.kind !== "board" || (session.status !== "active" && session.status !== "abandoned"))
    throw notActive(session);
  const late = session.status === "abandoned";
  const wanted = late ? lateFields(session, notes) : { ...given(session, notes), ...ending };
  if (wanted.context_artifacts) checkMetadataSize("context_artifacts", wanted.context_artifacts);
  const changes = changedFields(session, wanted);
  const warnings = late ? ["The session was abandoned before; only what it had not said yet was added."] : [];
  return { fields: pick(wanted, changes), changes, late, warnings };
}

function given(session: Session, { context_artifacts, ...texts }: Notes): Partial<Session> {
  const changed = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  return context_artifacts
    ? { ...changed, context_artifacts: { ...session.context_artifacts, ...context_artifacts } }
    : changed;
}

function lateFields(session: Session, { context_artifacts, ...texts }: Notes): Partial<Session> {
  const free = (["progress_summary", "handoff_notes"] as const).filter(
    (field) => isUnsaid(session[field]) && texts[field] !== undefined,
  );
  const changed = Object.fromEntries(free.map((field) => [field, texts[field]]));
  return context_artifacts
    ? { ...changed, context_artifacts: { ...context_artifacts, ...session.context_artifacts } }
    : changed;
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
    `Session ${id} is ${status === "completed" ? "completed" : "not active"}; its notes are kept as they are.`,
    "board_create_session starts a new one.",
  );
}
