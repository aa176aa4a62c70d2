import type { CollectionName } from "../../firestore/collections.js";
import { MASKS, type Mask } from "../../firestore/masks.js";
import type { ShapeName } from "../../firestore/shapes.js";
import type { Snapshot } from "../../firestore/store.js";
import { readDocuments, readMended } from "../core/read-document.js";
import { maskedEntry, maskedParticipant, maskedSession, maskedTask } from "../model/masked.js";

/** What a search can look for. */
export const SEARCH_KINDS = ["task", "session", "activity"] as const;
/** One kind of what a search looks for. */
export type SearchKind = (typeof SEARCH_KINDS)[number];

/** Something that can be found: what it is, and the texts it is found by. */
export interface Findable {
  kind: SearchKind;
  id: string;
  project_id: string | null;
  /** Weighs more than the text. */
  title: string;
  text: string;
}

/** How the documents of a kind become findable. */
interface FindableKind {
  collection: Extract<CollectionName, "tasks" | "sessions" | "activity_log">;
  /** The query that gives all of them, the latest first. */
  latest: ShapeName;
  /** What is read of each. */
  mask: Mask;
  /** Leaves out those of a wrong form, and names them. */
  read(documents: readonly Snapshot[]): { rows: Findable[]; warnings: string[] };
}

/** The kinds. */
export const FINDABLE: Record<SearchKind, FindableKind> = {
  task: {
    collection: "tasks",
    latest: "latestTasks",
    mask: MASKS.tasks.search,
    read: (documents) =>
      viewed(
        readDocuments(maskedTask.search, "task", documents),
        ({ id, project_id, title, description, ...task }) => ({
          kind: "task",
          id,
          project_id,
          title,
          text: [description, task.labels.join(" "), task.external_ref?.id, task.external_ref?.url]
            .filter(Boolean)
            .join("\n"),
        }),
      ),
  },
  session: {
    collection: "sessions",
    latest: "sessions",
    mask: MASKS.sessions.search,
    read: (documents) =>
      viewed(readDocuments(maskedSession.search, "session", documents), (session) => ({
        kind: "session",
        id: session.id,
        project_id: session.project_id,
        title: session.title ?? "",
        text: [session.progress_summary, session.handoff_notes].filter(Boolean).join("\n").trim(),
      })),
  },
  activity: {
    collection: "activity_log",
    latest: "activity",
    mask: MASKS.activity_log.search,
    read: (documents) =>
      viewed(readDocuments(maskedEntry.search, "entry", documents), ({ id, project_id, action, details }) => ({
        kind: "activity",
        id,
        project_id,
        title: action,
        text: details ?? "",
      })),
  },
};

/** A session as it is found by what one who joined it said. A field of a wrong type counts as empty. */
export function saidIn(session: Findable, joined: Snapshot): Findable {
  const { summary, notes } = readMended(maskedParticipant.search, joined);
  return { ...session, text: [summary, notes].filter(Boolean).join("\n").trim() };
}

function viewed<T>({ rows, warnings }: { rows: T[]; warnings: string[] }, view: (row: T) => Findable) {
  return { rows: rows.map(view), warnings };
}
