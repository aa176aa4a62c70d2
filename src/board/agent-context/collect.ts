import type { ShapeName } from "../../firestore/shapes.js";
import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { type Activity, activityDocument } from "../model/activity.js";
import { type Agent, agentDocument } from "../model/agent.js";
import { ENDED_STATUSES } from "../model/enums.js";
import { type Memory, memoryDocument } from "../model/memory.js";
import { type Project, projectDocument } from "../model/project.js";
import { type Session, sessionDocument } from "../model/session.js";
import { type Task, taskDocument } from "../model/task.js";
import { countTasks } from "../projects/view.js";
import { taskBuckets } from "../tasks/list-order.js";
import type { Section } from "./scopes.js";

/** Everything that the sections and alerts of one project are made of. */
export interface Board {
  /** The first open tasks in the board's order. */
  open: Task[];
  counts: Record<string, number>;
  inProgress: Task[];
  active: Session[];
  ended: Session[];
  latest: Activity[];
  memories: Memory[];
  memoryCount: number;
  /** Agents seen in the last 15 minutes. */
  around: Agent[];
  /** Tasks that open ones depend on, of whatever project. */
  dependencies: Map<string, Task>;
  /** Sessions that hold tasks in progress. */
  holders: Map<string, Session>;
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
  const [open, counts, inProgress, active, ended, latest, memories, memoryCount, around, projects] = await Promise.all([
    readPage(call, taskBuckets({ project_id }), { limit: OPEN }, {}).then(({ documents }) => tasks(documents)),
    countTasks(call, project_id),
    list(call, "tasksByStatus", { project_id, status: "in_progress" }, IN_PROGRESS).then(tasks),
    list(call, "activeSessions", { project_id, status: "active" }, SESSIONS).then(sessions),
    wanted.has("brain_health") || wanted.has("knowledge_graph")
      ? list(call, "endedSessions", { project_id, status: [...ENDED_STATUSES] }, SESSIONS).then(sessions)
      : [],
    list(call, "activity", { project_id }, LATEST).then(
      (found) => readDocuments(activityDocument, "entry", found).rows,
    ),
    remembers ? readMemories(call, project_id) : [],
    wanted.has("brain_health") ? count(call, "memories", { project_id }) : 0,
    list(call, "agentsAround", { project_id, last_seen_at: new Date(call.now().getTime() - AROUND_MS) }, AROUND).then(
      (found) => readDocuments(agentDocument, "agent", found).rows,
    ),
    federated
      ? list(call, "latestProjects", {}, PROJECTS).then(
          (found) => readDocuments(projectDocument, "project", found).rows,
        )
      : [],
  ]);
  const holding = inProgress.flatMap(({ lease }) => lease?.session_id ?? []);
  const [dependencies, holders, federation] = await Promise.all([
    readAll(
      call,
      "tasks",
      open.flatMap(({ depends_on }) => depends_on),
    ).then(tasks),
    wanted.has("more_available") ? [] : readAll(call, "sessions", holding).then(sessions),
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

/** The latest memories of a project. */
async function readMemories(call: Call, project_id: string): Promise<Memory[]> {
  const found = await list(call, "memories", { project_id }, MEMORIES);
  return readDocuments(memoryDocument, "memory", found).rows;
}

const tasks = (found: readonly Snapshot[]) => readDocuments(taskDocument, "task", found).rows;
const sessions = (found: readonly Snapshot[]) => readDocuments(sessionDocument, "session", found).rows;
const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));

async function list(call: Call, shape: ShapeName, values: Record<string, unknown>, limit: number): Promise<Snapshot[]> {
  return (await call.store.query(shape, { values, limit }).get()).docs;
}

async function count(call: Call, shape: ShapeName, values: Record<string, unknown>): Promise<number> {
  return await call.store.query(shape, { values, limit: "all" }).count();
}

async function readAll(call: Call, collection: "tasks" | "sessions", ids: readonly string[]): Promise<Snapshot[]> {
  const found = await call.store.getAll([...new Set(ids)].map((id) => call.store.ref(collection, id)));
  return found.filter(({ exists }) => exists);
}

async function federationRow(call: Call, { id, name }: Project) {
  const [open, blocked, active] = await Promise.all([
    count(call, "openTaskCount", { project_id: id, status: "done" }),
    count(call, "taskCounts", { project_id: id, status: "blocked" }),
    list(call, "activeSessions", { project_id: id, status: "active" }, 5).then(sessions),
  ]);
  const session = active.find(({ kind }) => kind === "board");
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
