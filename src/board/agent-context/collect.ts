import type { z } from "zod";
import { MASKS, type Mask } from "../../firestore/masks.js";
import type { ShapeName } from "../../firestore/shapes.js";
import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { ENDED_STATUSES } from "../model/enums.js";
import {
  maskedAgent,
  maskedEntry,
  maskedMemory,
  maskedProject,
  maskedSession,
  maskedTask,
  type RowOf,
} from "../model/masked.js";
import { countTasks } from "../projects/view.js";
import { taskBuckets } from "../tasks/list-order.js";
import type { Section } from "./scopes.js";

type SessionState = RowOf<typeof maskedSession.state>;

/** Everything that the sections and alerts of one project are made of. */
export interface Board {
  /** The first open tasks in the board's order. */
  open: RowOf<typeof maskedTask.candidate>[];
  counts: Record<string, number>;
  inProgress: RowOf<typeof maskedTask.progress>[];
  active: SessionState[];
  ended: RowOf<typeof maskedSession.texts>[];
  latest: RowOf<typeof maskedEntry.latest>[];
  memories: RowOf<typeof maskedMemory.row>[];
  memoryCount: number;
  /** Agents seen in the last 15 minutes. */
  around: RowOf<typeof maskedAgent.presence>[];
  /** Tasks that open ones depend on, of whatever project. */
  dependencies: Map<string, RowOf<typeof maskedTask.candidate>>;
  /** Sessions that hold tasks in progress. */
  holders: Map<string, SessionState>;
  /** Active session, open and blocked tasks of each project. */
  federation: { id: string; name: string; open: number; blocked: number; active_session: string | null }[];
}

const OPEN = 50;
const IN_PROGRESS = 10;
const SESSIONS = 50;
/** One more than is shown, for the entry of the reader's own session, which may be left out. */
const LATEST = 4;
const MEMORIES = 200;
const AROUND = 20;
const PROJECTS = 10;
/** How recently another agent must have been seen to count as being around. */
const AROUND_MS = 15 * 60_000;

/** Reads what the wanted sections need, in two round trips: what stands alone, then what that depends on. */
export async function collectBoard(call: Call, project_id: string, wanted: ReadonlySet<Section>): Promise<Board> {
  const federated = wanted.has("federation_health");
  const remembers = wanted.has("relevant_memories");
  const since = new Date(call.now().getTime() - AROUND_MS);
  const [open, counts, inProgress, active, ended, latest, memories, memoryCount, around, projects] = await Promise.all([
    readPage(call, taskBuckets({ project_id }, MASKS.tasks.candidate), { limit: OPEN }, {}).then(({ documents }) =>
      openTasks(documents),
    ),
    countTasks(call, project_id),
    list(call, "tasksByStatus", { project_id, status: "in_progress" }, MASKS.tasks.progress, IN_PROGRESS).then(
      rows(maskedTask.progress, "task"),
    ),
    list(call, "activeSessions", { project_id, status: "active" }, MASKS.sessions.state, SESSIONS).then(sessionStates),
    wanted.has("brain_health") || wanted.has("knowledge_graph")
      ? list(call, "endedSessions", { project_id, status: [...ENDED_STATUSES] }, MASKS.sessions.texts, SESSIONS).then(
          rows(maskedSession.texts, "session"),
        )
      : [],
    list(call, "activity", { project_id }, MASKS.activity_log.latest, LATEST).then(rows(maskedEntry.latest, "entry")),
    remembers
      ? list(call, "memories", { project_id }, MASKS.memories.row, MEMORIES).then(rows(maskedMemory.row, "memory"))
      : [],
    wanted.has("brain_health") ? count(call, "memories", { project_id }) : 0,
    list(call, "agentsAround", { project_id, last_seen_at: since }, MASKS.agents.presence, AROUND).then(
      rows(maskedAgent.presence, "agent"),
    ),
    federated
      ? list(call, "latestProjects", {}, MASKS.projects.name, PROJECTS).then(rows(maskedProject.name, "project"))
      : [],
  ]);
  const holding = inProgress.flatMap(({ lease }) => lease?.session_id ?? []);
  const [dependencies, holders, federation] = await Promise.all([
    readAll(
      call,
      "tasks",
      open.flatMap(({ depends_on }) => depends_on),
      MASKS.tasks.candidate,
    ).then(openTasks),
    wanted.has("more_available") ? [] : readAll(call, "sessions", holding, MASKS.sessions.state).then(sessionStates),
    Promise.all(projects.map((one) => federationRow(call, one))),
  ]);
  return {
    open,
    counts,
    inProgress,
    active,
    ended,
    latest,
    memories,
    memoryCount,
    around,
    dependencies: byId(dependencies),
    holders: byId(holders),
    federation,
  };
}

const rows =
  <S extends z.ZodObject>(schema: S, noun: string) =>
  (found: readonly Snapshot[]) =>
    readDocuments(schema, noun, found).rows;
const openTasks = rows(maskedTask.candidate, "task");
const sessionStates = rows(maskedSession.state, "session");
const byId = <T extends { id: string }>(found: readonly T[]) => new Map(found.map((row) => [row.id, row]));

async function list(
  call: Call,
  shape: ShapeName,
  values: Record<string, unknown>,
  mask: Mask,
  limit: number,
): Promise<Snapshot[]> {
  return (await call.store.query(shape, { values, mask, limit }).get()).docs;
}

async function count(call: Call, shape: ShapeName, values: Record<string, unknown>): Promise<number> {
  return await call.store.query(shape, { values, limit: "all" }).count();
}

async function readAll(
  call: Call,
  collection: "tasks" | "sessions",
  ids: readonly string[],
  mask: Mask,
): Promise<Snapshot[]> {
  const refs = [...new Set(ids)].map((id) => call.store.ref(collection, id));
  const found = await call.store.getAll(refs, mask);
  return found.filter(({ exists }) => exists);
}

async function federationRow(call: Call, { id, name }: RowOf<typeof maskedProject.name>) {
  const active = { project_id: id, status: "active" };
  const [open, blocked, ofBoard, ofAny] = await Promise.all([
    count(call, "openTaskCount", { project_id: id, status: "done" }),
    count(call, "taskCounts", { project_id: id, status: "blocked" }),
    list(call, "activeSessions", { ...active, kind: ["board"] }, MASKS.sessions.state, 1).then(sessionStates),
    // No query can ask for those without a kind, which are other clients' board sessions.
    list(call, "activeSessions", active, MASKS.sessions.state, 5).then(sessionStates),
  ]);
  const session = [...ofBoard, ...ofAny].find(({ kind }) => kind === "board");
  return { id, name, open, blocked, active_session: session?.id ?? null };
}

/** The board as it would be without one session: neither that it is active nor that it started is seen. Pure. */
export function withoutSession(board: Board, id: string): Board {
  return {
    ...board,
    active: board.active.filter((session) => session.id !== id),
    latest: board.latest.filter(({ action, session_id }) => action !== "session_started" || session_id !== id),
  };
}
