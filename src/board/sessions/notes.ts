import { changedFields, pick } from "../core/changed-fields.js";
import { checkMetadataSize, type Metadata } from "../core/metadata.js";
import type { Session } from "../model/session.js";
import { isUnsaid } from "../participants/unsaid.js";
import { type Place, refuseNotes } from "./notes-place.js";

/** What an agent tells of its work in a session, at a checkpoint or at its end. */
export interface Notes {
  progress_summary?: string | undefined;
  handoff_notes?: string | undefined;
  context_artifacts?: Metadata | undefined;
}

/** The notes that a place holds. */
export type Kept = Pick<Session, "progress_summary" | "handoff_notes" | "context_artifacts">;

/** What saving notes changes in their place. */
export interface NotesUpdate {
  fields: Partial<Kept>;
  changes: (keyof Kept)[];
  /** The session had ended before. */
  late: boolean;
  warnings: string[];
}

/**
 * The rules of board_checkpoint_session and board_end_session (docs/contracts.md 3) for one place, as a pure function.
 * While its part has not ended it takes everything, artifacts by key, whatever has become of the session. What an
 * abandoned session itself says, and a part that was ended in it, only grow by what is still empty, so that late notes
 * are never lost and nothing is overwritten. Throws `session_not_active` for the rest, `invalid_argument` when
 * artifacts grow too large.
 */
export function saveNotes(session: Session, place: Place, notes: Notes): NotesUpdate {
  refuseNotes(session, place);
  const late = session.status !== "active";
  const onlyFill = session.status === "abandoned" && (place.in === "session" || place.ended);
  const wanted = onlyFill ? lateFields(place.kept, notes) : given(place.kept, notes);
  if (wanted.context_artifacts) checkMetadataSize("context_artifacts", wanted.context_artifacts);
  const changes = changedFields(place.kept, wanted);
  return { fields: pick(wanted, changes), changes, late, warnings: late ? [lateWarning(session, onlyFill)] : [] };
}

function lateWarning({ status }: Session, onlyFilled: boolean): string {
  return `The session was ${status} before; ${
    onlyFilled ? "only what it had not said yet was added" : "your notes are kept with it"
  }.`;
}

function given(kept: Kept, { context_artifacts, ...texts }: Notes): Partial<Kept> {
  const changed = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  return context_artifacts
    ? { ...changed, context_artifacts: { ...kept.context_artifacts, ...context_artifacts } }
    : changed;
}

function lateFields(kept: Kept, { context_artifacts, ...texts }: Notes): Partial<Kept> {
  const free = (["progress_summary", "handoff_notes"] as const).filter(
    (field) => isUnsaid(kept[field]) && texts[field] !== undefined,
  );
  const changed = Object.fromEntries(free.map((field) => [field, texts[field]]));
  return context_artifacts
    ? { ...changed, context_artifacts: { ...context_artifacts, ...kept.context_artifacts } }
    : changed;
}
