import { cutText, cutValues } from "../core/cut.js";
import { bytesOfTokens, jsonBytes } from "../core/tokens.js";
import { NOTES_SHARE } from "./compose.js";
import type { Handoff, Omission } from "./view.js";

/** What a cut takes away: rows off the end of a list, or characters of a text or of the values of an object. */
type Kind = "entries" | "tasks" | "warnings" | "text" | "values";

/** A field that may be cut. */
interface Cut {
  /** Where it is in the handoff; behind a list, in each of its rows. */
  path: string;
  kind: Kind;
  /** The tool that gives the whole field; null when none does, and what is cut is not counted. */
  fetch: string | null;
  /** Its name in `omitted`; the path when not given. */
  what?: string;
}

/** What is cut, the least missed first: the last session's notes are the last of the long texts. */
const CUTS: readonly Cut[] = [
  { path: "recent_activity", kind: "entries", fetch: "board_get_activity" },
  { path: "active_tasks", kind: "tasks", fetch: "board_get_tasks" },
  { path: "since.tasks_completed", kind: "tasks", fetch: "board_get_tasks" },
  { path: "salvaged.last_entries", kind: "entries", fetch: "board_get_activity" },
  { path: "salvaged.tasks_touched", kind: "tasks", fetch: "board_get_session" },
  { path: "salvaged.tasks_in_progress", kind: "tasks", fetch: "board_get_session" },
  { path: "recent_activity.details", kind: "text", fetch: "board_get_activity", what: "activity details" },
  { path: "salvaged.last_entries.details", kind: "text", fetch: "board_get_activity", what: "activity details" },
  { path: "warnings", kind: "warnings", fetch: null },
  { path: "project.description", kind: "text", fetch: "board_get_projects" },
  { path: "last_handoff.context_artifacts", kind: "values", fetch: "board_get_session" },
  { path: "last_handoff.progress_summary", kind: "text", fetch: "board_get_session" },
  { path: "last_session.context_artifacts", kind: "values", fetch: "board_get_session" },
  { path: "last_handoff.handoff_notes", kind: "text", fetch: "board_get_session" },
  { path: "last_session.progress_summary", kind: "text", fetch: "board_get_session" },
  { path: "last_session.handoff_notes", kind: "text", fetch: "board_get_session" },
  { path: "project.name", kind: "text", fetch: "board_get_projects" },
];

/** What a pass leaves of each field: rows, and bytes of JSON. A later pass runs only while the handoff is too large. */
const PASSES = [
  { entries: 5, tasks: 20, warnings: 1, bytes: 1_000 },
  { entries: 2, tasks: 5, warnings: 1, bytes: 250 },
  { entries: 0, tasks: 0, warnings: 1, bytes: 40 },
] as const;
type Pass = (typeof PASSES)[number];

/** Bytes that a cut takes beyond what is needed, for the entry in `omitted` that it brings with it. */
const SLACK = 200;

/** The fields that hold sessions' notes. */
const NOTES = ["last_session", "last_handoff"] as const;

/**
 * Cuts a handoff to `maxTokens` by the table of cuts: first of the notes what they have beyond half of it, so that 20
 * tasks and 5 entries stay however long they are; then in passes, in which each field loses as much as is needed, down
 * to what the pass leaves of it. `omitted` says what is missing and which call fetches it; the task count stays exact.
 * Pure: returns a new handoff.
 */
export function trimHandoff(whole: Handoff, maxTokens: number): Handoff {
  const handoff = structuredClone(whole);
  noteMissingTasks(handoff);
  const room = bytesOfTokens(maxTokens);
  const excess = () => jsonBytes(handoff) - room;
  const beyondHalf = () => NOTES.reduce((sum, field) => sum + jsonBytes(handoff[field]), 0) - room * NOTES_SHARE;
  const notes = placesToCut(handoff).filter(({ cut }) => NOTES.some((field) => cut.path.startsWith(`${field}.`)));
  for (const place of notes)
    if (excess() > 0 && beyondHalf() > 0) cutPlace(handoff, place, PASSES[0], Math.min(excess(), beyondHalf()));
  for (const pass of PASSES)
    for (const place of placesToCut(handoff)) {
      if (excess() <= 0) return handoff;
      cutPlace(handoff, place, pass, excess());
    }
  return handoff;
}

type Holder = Record<string, unknown>;

/** A field that may be cut, with the object that holds it. */
interface Place {
  cut: Cut;
  holder: Holder;
  field: string;
}

/** Takes `bytes` of JSON from a field, as far as the pass goes, and notes what is missing. */
function cutPlace(handoff: Handoff, { cut, holder, field }: Place, pass: Pass, bytes: number): void {
  const before = holder[field];
  holder[field] = shorten(cut.kind, before, pass, bytes);
  if (cut.fetch === null) return;
  const count = amount(before) - amount(holder[field]);
  const unit = Array.isArray(before) ? "rows" : "characters";
  note(handoff, { what: cut.what ?? cut.path, count, unit, fetch: cut.fetch });
}

/** Every field that a pass may cut, with the object that holds it, in the table's order. */
function placesToCut(handoff: Handoff): Place[] {
  return CUTS.flatMap((cut) => {
    const steps = cut.path.split(".");
    const field = steps.pop() ?? "";
    // flatMap puts the rows of a list in its place.
    const holders = steps.reduce<unknown[]>(
      (found, step) => found.flatMap((holder) => (holder as Holder)[step] ?? []),
      [handoff],
    );
    return (holders as Holder[])
      .filter((holder) => (holder[field] ?? null) !== null)
      .map((holder) => ({ cut, holder, field }));
  });
}

function shorten(kind: Kind, value: unknown, pass: Pass, excess: number): unknown {
  if (kind === "text" || kind === "values") {
    const bytes = Math.max(pass.bytes, jsonBytes(value) - excess - SLACK);
    return kind === "text" ? cutText(value as string, bytes) : cutValues(value as Holder, bytes);
  }
  return dropRows(value as unknown[], pass[kind], kind === "warnings" ? excess : excess + SLACK);
}

/** The list without rows at its end, as many as it takes to gain `bytes`; `floor` rows stay. */
function dropRows(list: unknown[], floor: number, bytes: number): unknown[] {
  const kept = [...list];
  let left = bytes;
  while (kept.length > floor && left > 0) left -= jsonBytes(kept.pop()) + 1;
  return kept;
}

/** How much there is of a field, in the unit in which `omitted` counts. */
function amount(value: unknown): number {
  return typeof value === "string" || Array.isArray(value) ? value.length : JSON.stringify(value).length;
}

/** Open tasks beyond those that were read: the lists were bounded before they came here. */
function noteMissingTasks(handoff: Handoff): void {
  const missing = handoff.since ? 0 : handoff.active_task_count - handoff.active_tasks.length;
  note(handoff, { what: "active_tasks", count: missing, unit: "rows", fetch: "board_get_tasks" });
}

function note(handoff: Handoff, omission: Omission): void {
  if (omission.count <= 0) return;
  const earlier = handoff.omitted.find(({ what }) => what === omission.what);
  if (earlier) earlier.count += omission.count;
  else handoff.omitted.push(omission);
}
