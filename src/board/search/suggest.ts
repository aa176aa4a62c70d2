import { MASKS, type Mask } from "../../firestore/masks.js";
import type { ShapeName } from "../../firestore/shapes.js";
import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { maskedProject, maskedSession, maskedTask } from "../model/masked.js";

/** Something on the board that a person may mean. */
export interface Suggestion {
  id: string;
  /** What people call it. */
  name: string;
}

/** The kinds of records that complete. A story has no document of its own: sessions name it. */
export type SuggestedKind = "project" | "task" | "session" | "story";

/** How many, the latest, are looked through. */
const LOOKED_AT = 200;

/**
 * What a person who has typed this far may mean, the latest changed first: ids that begin with it, and names that hold it
 * in either case. Looks through the latest 200 of the kind. One round trip.
 */
export async function suggest(call: Call, kind: SuggestedKind, typed: string): Promise<Suggestion[]> {
  const wanted = typed.toLowerCase();
  const all = await READERS[kind](call);
  return all.filter(({ id, name }) => id.startsWith(typed) || name.toLowerCase().includes(wanted));
}

const READERS: Record<SuggestedKind, (call: Call) => Promise<Suggestion[]>> = {
  project: async (call) =>
    readDocuments(maskedProject.name, "project", await latest(call, "latestProjects", MASKS.projects.name)).rows,
  task: async (call) =>
    readDocuments(maskedTask.title, "task", await latest(call, "latestTasks", MASKS.tasks.title)).rows.map(
      ({ id, title }) => ({
        id,
        name: title,
      }),
    ),
  session: async (call) =>
    (await latestSessions(call)).map(({ id, title, agent_name }) => ({
      id,
      name: [title, agent_name].filter(Boolean).join(" "),
    })),
  // A story has no document of its own: it is what sessions name.
  story: async (call) => {
    const named = (await latestSessions(call)).flatMap(({ story_id }) => story_id ?? []);
    return [...new Set(named)].map((id) => ({ id, name: "" }));
  },
};

async function latestSessions(call: Call) {
  return readDocuments(maskedSession.label, "session", await latest(call, "sessions", MASKS.sessions.label)).rows;
}

async function latest(call: Call, shape: ShapeName, mask: Mask) {
  return (await call.store.query(shape, { mask, limit: LOOKED_AT }).get()).docs;
}
