import type { ShapeName } from "../../firestore/shapes.js";
import type { Call } from "../core/call.js";
import { fitItems, unpaged } from "../core/list-answer.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { activityDocument } from "../model/activity.js";
import { sessionDocument } from "../model/session.js";
import { taskDocument } from "../model/task.js";
import { type Findable, type Hit, rank } from "./rank.js";

/** What a search can look for. */
export const SEARCH_KINDS = ["task", "session", "activity"] as const;
/** One kind of what a search looks for. */
export type SearchKind = (typeof SEARCH_KINDS)[number];

/** The arguments of board_search. */
export interface Search {
  query: string;
  project_id?: string | undefined;
  kinds?: SearchKind[] | undefined;
  limit: number;
}

/**
 * How many of each kind, the latest, a search looks at, and how many characters of each of their texts: whole texts of a
 * full board take longer to index than a call may.
 */
const LOOKED_AT = 500;
const CHARACTERS = 2_000;

/**
 * Finds tasks, sessions and activity by their texts among the latest 500 of each kind, and says how many it looked at
 * (docs/contracts.md 3, board_search). One round trip.
 */
export async function search(call: Call, { query, project_id, kinds = [...SEARCH_KINDS], limit }: Search) {
  const wanted = SEARCH_KINDS.filter((kind) => kinds.includes(kind));
  const found = await Promise.all(wanted.map((kind) => READERS[kind](call, project_id)));
  const items = found.flatMap(({ rows }) => rows);
  const hits = rank(items, query, limit);
  const looked_at = Object.fromEntries(wanted.map((kind, at) => [kind, found[at]?.rows.length ?? 0]));
  const warnings = found.flatMap((read) => read.warnings);
  const fitted = fitItems(call.answer, unpaged(hits, warnings), hitView, { looked_at });
  const missing = hits.length - fitted.rows.length;
  const noRoom = missing > 0 ? [`There was no room for ${missing} more hits: narrow the query.`] : [];
  return withWarnings({ hits: fitted.rows, looked_at }, [...fitted.warnings, ...noRoom]);
}

const hitView = ({ kind, id, project_id, title, snippet, score }: Hit) => ({
  kind,
  id,
  project_id,
  title,
  snippet,
  score,
});

type Reader = (call: Call, project_id: string | undefined) => Promise<{ rows: Findable[]; warnings: string[] }>;

const READERS: Record<SearchKind, Reader> = {
  task: async (call, project) =>
    findable(
      readDocuments(taskDocument, "task", await latest(call, "latestTasks", project)),
      ({ id, project_id, title, description }) => ({
        kind: "task",
        id,
        project_id,
        title,
        text: beginning(description),
      }),
    ),
  session: async (call, project) =>
    findable(readDocuments(sessionDocument, "session", await latest(call, "sessions", project)), (session) => ({
      kind: "session",
      id: session.id,
      project_id: session.project_id,
      title: session.title ?? "",
      text: [session.progress_summary, session.handoff_notes].map(beginning).join("\n").trim(),
    })),
  activity: async (call, project) =>
    findable(
      readDocuments(activityDocument, "entry", await latest(call, "activity", project)),
      ({ id, project_id, action, details }) => ({
        kind: "activity",
        id,
        project_id,
        title: action,
        text: beginning(details),
      }),
    ),
};

function findable<T>({ rows, warnings }: { rows: T[]; warnings: string[] }, view: (row: T) => Findable) {
  return { rows: rows.map(view), warnings };
}

const beginning = (text: string | null): string => text?.slice(0, CHARACTERS) ?? "";

async function latest(call: Call, shape: ShapeName, project_id: string | undefined) {
  return (await call.store.query(shape, { values: { project_id }, limit: LOOKED_AT }).get()).docs;
}
