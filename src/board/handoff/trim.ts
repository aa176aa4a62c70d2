import { jsonBytes } from "../core/metadata.js";
import { cutText, cutValues } from "./cut.js";
import type { Handoff, Omission } from "./view.js";

/** How a handoff's size is estimated: UTF-8 bytes of JSON for one token (contracts.md 3.2). */
const BYTES_PER_TOKEN = 3;

/** How far a pass may cut: rows that stay, and bytes that stay of a text. A later pass runs only while it is too large. */
const PASSES = [
  { entries: 5, tasks: 20, text: 1_000 },
  { entries: 2, tasks: 5, text: 250 },
  { entries: 0, tasks: 0, text: 40 },
] as const;
type Pass = (typeof PASSES)[number];

/**
 * Cuts a handoff to `maxTokens`: in each pass first the lists at their tail, then the long texts, in this fixed order,
 * so that the last session's notes are the last to be cut. `omitted` says what is missing and which call fetches it;
 * the task count stays exact. Pure: returns a new handoff.
 */
export function trimHandoff(whole: Handoff, maxTokens: number): Handoff {
  const handoff = structuredClone(whole);
  const budget = maxTokens * BYTES_PER_TOKEN;
  const excess = () => jsonBytes(handoff) - budget;
  noteMissingTasks(handoff);
  for (const pass of PASSES)
    for (const cut of cuts(handoff, pass)) {
      const over = excess();
      if (over <= 0) return handoff;
      cut(over);
    }
  return handoff;
}

/** The cuts of one pass in their order; each takes the bytes that are too many and removes at most as much as allowed. */
function cuts(handoff: Handoff, pass: Pass): ((over: number) => void)[] {
  const { project, last_session, last_handoff, salvaged } = handoff;
  const text = <K extends string>(
    holder: { [field in K]: string | null } | null,
    field: K,
    what: string,
    fetch: string,
  ) => {
    return (over: number) => {
      const value: string | null | undefined = holder?.[field];
      if (!holder || !value) return;
      const short = cutText(value, Math.max(pass.text, jsonBytes(value) - over - SLACK));
      note(handoff, { what, count: value.length - short.length, unit: "characters", fetch });
      holder[field] = short as (typeof holder)[K];
    };
  };
  const rows = (list: unknown[], floor: number, what: string, fetch: string) => (over: number) => {
    const count = dropRows(list, floor, over + SLACK);
    note(handoff, { what, count, unit: "rows", fetch });
  };
  const artifacts = (name: "last_session" | "last_handoff") => (over: number) => {
    const holder = handoff[name];
    if (!holder) return;
    const before = holder.context_artifacts;
    holder.context_artifacts = cutValues(before, Math.max(pass.text, jsonBytes(before) - over - SLACK));
    const count = JSON.stringify(before).length - JSON.stringify(holder.context_artifacts).length;
    note(handoff, { what: `${name}.context_artifacts`, count, unit: "characters", fetch: "board_get_session" });
  };
  return [
    rows(handoff.recent_activity, pass.entries, "recent_activity", "board_get_activity"),
    rows(handoff.active_tasks, pass.tasks, "active_tasks", "board_get_tasks"),
    rows(handoff.since?.tasks_completed ?? [], pass.tasks, "since.tasks_completed", "board_get_tasks"),
    ...(salvaged
      ? [
          rows(salvaged.last_entries, pass.entries, "salvaged.last_entries", "board_get_activity"),
          rows(salvaged.tasks_touched, pass.tasks, "salvaged.tasks_touched", "board_get_session"),
          rows(salvaged.tasks_in_progress, pass.tasks, "salvaged.tasks_in_progress", "board_get_session"),
        ]
      : []),
    ...[...handoff.recent_activity, ...(salvaged?.last_entries ?? [])].map((entry) =>
      text(entry, "details", "activity details", "board_get_activity"),
    ),
    (over) => dropWarnings(handoff, over),
    text(project, "description", "project.description", "board_get_projects"),
    artifacts("last_handoff"),
    text(last_handoff, "progress_summary", "last_handoff.progress_summary", "board_get_session"),
    artifacts("last_session"),
    text(last_handoff, "handoff_notes", "last_handoff.handoff_notes", "board_get_session"),
    text(last_session, "progress_summary", "last_session.progress_summary", "board_get_session"),
    text(last_session, "handoff_notes", "last_session.handoff_notes", "board_get_session"),
    text(project, "name", "project.name", "board_get_projects"),
  ];
}

/** Room for the entry in `omitted` that a cut brings with it. */
const SLACK = 200;

/** Takes rows off the end until `bytes` are gained or only `floor` are left; says how many. */
function dropRows(list: unknown[], floor: number, bytes: number): number {
  const before = list.length;
  let left = bytes;
  while (list.length > floor && left > 0) left -= jsonBytes(list.pop()) + 1;
  return before - list.length;
}

function dropWarnings(handoff: Handoff, over: number): void {
  let left = over;
  while (handoff.warnings && handoff.warnings.length > 1 && left > 0) left -= jsonBytes(handoff.warnings.pop());
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
