import { UriTemplate } from "@modelcontextprotocol/server";
import type { Call } from "../../board/core/call.js";
import { getHandoff } from "../../board/handoff/get.js";
import { HANDOFF_TOKENS, PAGE } from "../../board/model/limits.js";
import { listProjects } from "../../board/projects/list.js";
import { getProject } from "../../board/projects/view.js";
import type { SuggestedKind } from "../../board/search/suggest.js";
import { getSession } from "../../board/sessions/get.js";
import { getTask } from "../../board/tasks/get.js";
import { IDS } from "../../firestore/masks.js";
import type { ListenTarget, Store } from "../../firestore/store.js";
import { id as idSchema } from "../../tools/schema.js";

/** The resource that lists the board's projects. */
export const PROJECTS = {
  uri: "board://projects",
  name: "projects",
  title: "Projects",
  description: "The board's projects with task counts, most urgent first.",
  read: (call: Call): Promise<object> => listProjects(call, { limit: PAGE.default }),
};

/** A kind of resource: one for each project, task or session. `{id}` in its template stands for what it is of. */
export interface ResourceKind {
  uriTemplate: `board://${string}{id}${string}`;
  name: string;
  title: string;
  description: string;
  /** What `{id}` is the id of. */
  of: SuggestedKind;
  /** What is listened to for those who subscribe; not given where nobody can. */
  follows?(store: Store, id: string): ListenTarget[];
  /** Throws `project_not_found`, `task_not_found`, `session_not_found`, `corrupt_document`. */
  read(call: Call, id: string): Promise<object>;
}

/** Every kind of resource, as the tools of the same name show it. */
export const KINDS: readonly ResourceKind[] = [
  {
    uriTemplate: "board://projects/{id}",
    name: "project",
    title: "Project",
    description: "A project with its task counts.",
    of: "project",
    read: getProject,
  },
  {
    uriTemplate: "board://projects/{id}/handoff",
    name: "handoff",
    title: "Handoff",
    description: "What the last session left: notes, open tasks, recent activity.",
    of: "project",
    follows: (store, id) => [store.ref("projects", id), latestEntries(store, { project_id: id })],
    read: (call, project_id) => getHandoff(call, { project_id, max_tokens: HANDOFF_TOKENS.default }),
  },
  {
    uriTemplate: "board://tasks/{id}",
    name: "task",
    title: "Task",
    description: "A task in full, with subtasks and dependencies.",
    of: "task",
    follows: (store, id) => [store.ref("tasks", id)],
    read: getTask,
  },
  {
    uriTemplate: "board://sessions/{id}",
    name: "session",
    title: "Session",
    description: "A session in full, with its latest activity and the tasks it touched.",
    of: "session",
    follows: (store, id) => [store.ref("sessions", id), latestEntries(store, { session_id: id })],
    read: (call, session_id) => getSession(call, { session_id, limit: PAGE.default }),
  },
];

/** How many of the latest entries are listened to: clocks differ, and a new entry need not be the latest. */
const FOLLOWED_ENTRIES = 20;
/** How many projects are listened to, the latest changed, for news of those that come or go. */
const FOLLOWED_PROJECTS = 500;

/** Each change writes an entry; what it changes beside the document itself needs no listener of its own. */
const latestEntries = (store: Store, values: { project_id: string } | { session_id: string }): ListenTarget =>
  store.query("activity", { values, mask: IDS, limit: FOLLOWED_ENTRIES });

/** What is listened to for the list of resources: which projects there are. */
export function followsProjects(store: Store): ListenTarget[] {
  return [store.query("latestProjects", { mask: IDS, limit: FOLLOWED_PROJECTS })];
}

/** The URI of a kind's resource. */
export function uriOf({ uriTemplate }: ResourceKind, id: string): string {
  return new UriTemplate(uriTemplate).expand({ id });
}

/** The longest URI that is parsed: an id has at most 128 characters, and an escaped one takes three bytes. */
const MAX_URI = 1_000;

/** The resource that a URI names; null when this server has none of this URI. */
export function kindOf(uri: string): { kind: ResourceKind; id: string } | null {
  if (uri.length > MAX_URI) return null;
  for (const kind of KINDS) {
    const part = new UriTemplate(kind.uriTemplate).match(uri)?.id;
    const id = typeof part === "string" ? decoded(part) : null;
    if (id !== null) return { kind, id };
  }
  return null;
}

/** The decoded id; null when it cannot be an id. */
function decoded(part: string): string | null {
  try {
    const parsed = idSchema.safeParse(decodeURIComponent(part));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
