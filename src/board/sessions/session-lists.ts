import { IDS, MASKS } from "../../firestore/masks.js";
import type { Snapshot } from "../../firestore/store.js";
import { activityEntry } from "../activity/view.js";
import type { Call } from "../core/call.js";
import { notFound } from "../core/errors.js";
import { firstOf, fitItems, type Item, type Part, readItems } from "../core/list-answer.js";
import { type Page, readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { PAGE } from "../model/limits.js";
import { maskedEntry, maskedTask, maskedTurn, type RowOf } from "../model/masked.js";

type BriefTask = RowOf<typeof maskedTask.brief>;
type Touched = RowOf<typeof maskedEntry.touched>;

/** The lists of a session, which `part` names. */
export const SESSION_LISTS = ["activity", "tasks", "turns"] as const;

/** The arguments of board_get_session for one of its lists. */
export interface ListSessionPart {
  session_id: string;
  part: (typeof SESSION_LISTS)[number];
  limit: number;
  cursor?: string | undefined;
}

/**
 * One of the lists of a session, newest first, as much of it as the answer has room for (docs/contracts.md 3,
 * board_get_session). Throws `session_not_found`. One round trip, the tasks two.
 */
export async function listSessionPart(call: Call, { session_id: id, part, limit, cursor }: ListSessionPart) {
  const ref = call.store.ref("sessions", id);
  const bucket =
    part === "turns"
      ? ({ shape: "turns", values: {}, parent: ref, mask: MASKS.turns.row } as const)
      : ({ shape: "activity", values: { session_id: id }, mask: entryMask(part) } as const);
  // Many entries may name the same task.
  const page = { limit: part === "tasks" ? PAGE.max : limit, cursor };
  const [session, found] = await Promise.all([ref.get(IDS), readPage(call, [bucket], page, { session: id, part })]);
  if (!session.exists) throw notFound("session", id);
  const { rows, next_cursor, warnings } =
    part === "turns"
      ? fitItems(call.answer, readItems(maskedTurn.row, "turn", found), turnView)
      : part === "activity"
        ? fitItems(call.answer, readItems(maskedEntry.entry, "entry", found), activityEntry)
        : fitItems(
            call.answer,
            await tasksOf(call, id, { found, limit, isFirstPage: cursor === undefined }),
            briefTask,
          );
  return withWarnings({ id, [part]: rows, next_cursor }, warnings);
}

const entryMask = (part: "activity" | "tasks") =>
  part === "activity" ? MASKS.activity_log.entry : MASKS.activity_log.touched;

/** A task where it is only mentioned. */
export const briefTask = ({ id, title, status }: BriefTask) => ({ id, title, status });

/** The tasks that a page of a session's entries names, each where the session's latest entry about it is. */
async function tasksOf(
  call: Call,
  session_id: string,
  { found, limit, isFirstPage }: { found: Page; limit: number; isFirstPage: boolean },
): Promise<Part<BriefTask>> {
  const seen = new Set<string>();
  const isFirstOfTask = ({ task_id }: Touched) => task_id !== null && seen.size < seen.add(task_id).size;
  const { items, next_cursor } = firstOf(readItems(maskedEntry.touched, "entry", found), limit, isFirstOfTask);
  const entries = items.flatMap((item) => ("row" in item ? item.row : []));
  const [latest, tasks] = await Promise.all([
    // The first page begins with the latest entry: what comes first in it is the latest of its task.
    isFirstPage ? null : Promise.all(entries.map(({ task_id }) => latestEntry(call, { session_id, task_id }))),
    call.store.getAll(
      entries.map(({ task_id }) => call.store.ref("tasks", task_id ?? "")),
      MASKS.tasks.brief,
    ),
  ]);
  const byEntry = new Map(entries.map(({ id }, at) => [id, latest === null || latest[at] === id ? tasks[at] : null]));
  return {
    items: items.flatMap((item) => ("row" in item ? taskItem(byEntry.get(item.row.id), item) : item)),
    next_cursor,
  };
}

/** The id of the latest entry of a session about a task. */
async function latestEntry(call: Call, values: { session_id: string; task_id: string | null }) {
  const { docs } = await call.store.query("activity", { values, mask: IDS, limit: 1 }).get();
  return docs[0]?.id;
}

function taskItem(snapshot: Snapshot | null | undefined, { behind }: Item<Touched>): Item<BriefTask>[] {
  if (!snapshot?.exists) return [];
  const { rows, warnings } = readDocuments(maskedTask.brief, "task", [snapshot]);
  return rows[0] ? [{ row: rows[0], behind }] : [{ warning: warnings[0] ?? "", behind }];
}

/** A turn as the board shows it; what was said and done in it are documents of their own. */
function turnView({ started_at, ended_at, created_at, updated_at, ...turn }: RowOf<typeof maskedTurn.row>) {
  const times = { started_at, ended_at, created_at, updated_at };
  const shown = Object.entries(times).map(([name, time]) => [name, time?.toISOString() ?? null]);
  return { ...turn, ...(Object.fromEntries(shown) as Record<keyof typeof times, string | null>) };
}
