import type { CollectionName, SubCollectionName } from "./collections.js";
import { IDS, MASKS, type Mask } from "./masks.js";

/** The operator of a filter; `in`, `not-in` and `array-contains-any` take lists of at most 30, 10 and 30 values. */
export type FilterOp = "==" | "<" | ">" | "!=" | "in" | "not-in" | "array-contains" | "array-contains-any";

/**
 * A query without its values: which fields it filters and orders by, and so which composite index it needs. Every query
 * of the board is one of SHAPES, so that a test can check firestore.indexes.json against all of them.
 */
export interface Shape {
  /** A query of a sub-collection is one of a single parent. */
  collection: CollectionName | SubCollectionName;
  /** The operator for each field of its composite filter (AND). */
  filters: Readonly<Record<string, FilterOp>>;
  /** Filters that a call may add, in any combination. */
  optionalFilters?: Readonly<Record<string, FilterOp>>;
  orderBy: readonly (readonly [field: string, direction: "asc" | "desc"])[];
  /** Fields that are summed over the matches, in alphabetical order, as their indexes must end. */
  sums?: readonly string[];
  /** What of its documents may be read outside of a transaction; none of a query that is only counted. */
  masks: readonly Mask[];
  /** Whether its documents may be read whole: only where something is decided on them, or one is shown whole. */
  whole?: true;
}

/** What the lists of tasks show, and what is looked at of open tasks. */
const OF_TASKS = [MASKS.tasks.summary, MASKS.tasks.handoff, MASKS.tasks.candidate];

/** What the lists of entries show, and what else is made of them. */
const OF_ENTRIES = Object.values(MASKS.activity_log);

const shapes = <T extends Record<string, Shape>>(table: T): T => table;

/** Every query that the board can issue. */
export const SHAPES = shapes({
  projectsByPriority: {
    collection: "projects",
    filters: { priority: "==" },
    optionalFilters: { status: "==" },
    orderBy: [["updated_at", "desc"]],
    masks: [MASKS.projects.row, MASKS.projects.name],
  },
  latestProjects: {
    collection: "projects",
    filters: {},
    orderBy: [["updated_at", "desc"]],
    masks: [MASKS.projects.identity, MASKS.projects.name],
  },
  projectsOfUnknownPriority: {
    collection: "projects",
    filters: { priority: "not-in" },
    orderBy: [
      ["priority", "asc"],
      ["updated_at", "desc"],
    ],
    masks: [MASKS.projects.row, MASKS.projects.name],
  },
  tasksByPriority: {
    collection: "tasks",
    filters: { project_id: "==", priority: "==" },
    optionalFilters: {
      status: "in",
      resolution: "==",
      assigned_agent: "==",
      parent_task_id: "==",
      labels: "array-contains",
    },
    orderBy: [["created_at", "asc"]],
    masks: OF_TASKS,
  },
  tasksByDueTime: {
    collection: "tasks",
    filters: { project_id: "==", due_at: "<" },
    optionalFilters: {
      status: "in",
      priority: "==",
      assigned_agent: "==",
      parent_task_id: "==",
      labels: "array-contains",
    },
    orderBy: [["due_at", "asc"]],
    masks: OF_TASKS,
  },
  tasksOfUnknownPriority: {
    collection: "tasks",
    filters: { project_id: "==", priority: "not-in" },
    orderBy: [
      ["priority", "asc"],
      ["created_at", "asc"],
    ],
    masks: OF_TASKS,
  },
  tasksOfUnknownStatus: {
    collection: "tasks",
    filters: { project_id: "==", status: "not-in" },
    orderBy: [["status", "asc"]],
    masks: OF_TASKS,
  },
  latestTasks: {
    collection: "tasks",
    filters: {},
    optionalFilters: { project_id: "==" },
    orderBy: [["updated_at", "desc"]],
    masks: [MASKS.tasks.search, MASKS.tasks.title],
  },
  tasksByStatus: {
    collection: "tasks",
    filters: { project_id: "==", status: "==" },
    orderBy: [
      ["priority", "asc"],
      ["created_at", "asc"],
    ],
    masks: [MASKS.tasks.progress],
  },
  tasksChangedSince: {
    collection: "tasks",
    filters: { project_id: "==", updated_at: ">" },
    orderBy: [["updated_at", "desc"]],
    masks: [MASKS.tasks.handoff],
  },
  taskCounts: { collection: "tasks", filters: { project_id: "==", status: "==" }, orderBy: [], masks: [] },
  openTaskCount: { collection: "tasks", filters: { project_id: "==", status: "!=" }, orderBy: [], masks: [] },
  subtasks: {
    collection: "tasks",
    filters: { parent_task_id: "==" },
    orderBy: [["created_at", "asc"]],
    masks: [MASKS.tasks.brief, IDS],
  },
  openSubtasksOfMany: {
    collection: "tasks",
    filters: { parent_task_id: "in", status: "!=" },
    orderBy: [],
    masks: [MASKS.tasks.parent],
  },
  subtasksOfMany: {
    collection: "tasks",
    filters: { parent_task_id: "in" },
    orderBy: [],
    masks: [MASKS.tasks.links],
    whole: true,
  },
  dependents: {
    collection: "tasks",
    filters: { depends_on: "array-contains" },
    orderBy: [],
    masks: [MASKS.tasks.brief],
  },
  dependentsOfMany: {
    collection: "tasks",
    filters: { depends_on: "array-contains-any" },
    orderBy: [],
    masks: [MASKS.tasks.links],
    whole: true,
  },
  tasksLeasedBy: {
    collection: "tasks",
    filters: { "lease.agent_name": "==" },
    optionalFilters: { project_id: "==" },
    orderBy: [],
    masks: [MASKS.tasks.held],
  },
  tasksHeldBy: { collection: "tasks", filters: { "lease.holder": "==" }, orderBy: [], masks: [MASKS.tasks.held, IDS] },
  activeSessions: {
    collection: "sessions",
    filters: { project_id: "==", status: "==" },
    optionalFilters: { kind: "in" },
    orderBy: [],
    masks: [MASKS.sessions.state],
    whole: true,
  },
  agentSessions: {
    collection: "sessions",
    filters: { kind: "==", agent_name: "==", status: "==" },
    optionalFilters: { project_id: "==" },
    orderBy: [["started_at", "desc"]],
    masks: [],
    whole: true,
  },
  endedSessions: {
    collection: "sessions",
    filters: { project_id: "==", status: "in" },
    optionalFilters: { kind: "==" },
    orderBy: [
      ["ended_at", "desc"],
      ["started_at", "desc"],
    ],
    masks: [MASKS.sessions.notes, MASKS.sessions.texts],
  },
  sessions: {
    collection: "sessions",
    filters: {},
    optionalFilters: { project_id: "==", status: "==", agent_name: "==", story_id: "==", ended_at: "==" },
    orderBy: [["started_at", "desc"]],
    masks: [MASKS.sessions.summary, MASKS.sessions.search, MASKS.sessions.label, MASKS.sessions.usage],
  },
  sessionsOfKinds: {
    collection: "sessions",
    filters: { kind: "in" },
    optionalFilters: { project_id: "==", agent_name: "==", story_id: "==", ended_at: "==" },
    orderBy: [["started_at", "desc"]],
    masks: [MASKS.sessions.usage],
  },
  sessionTotals: {
    collection: "sessions",
    filters: {},
    optionalFilters: { project_id: "==", status: "==", agent_name: "==", story_id: "==" },
    orderBy: [],
    sums: ["cached_tokens", "cost_usd", "input_tokens", "output_tokens"],
    masks: [],
  },
  sessionsEndedBefore: {
    collection: "sessions",
    filters: { kind: "==", ended_at: "<" },
    optionalFilters: { project_id: "==" },
    orderBy: [
      ["ended_at", "desc"],
      ["started_at", "desc"],
    ],
    masks: [IDS],
  },
  sessionHistory: {
    collection: "sessions",
    filters: {},
    optionalFilters: { project_id: "==", agent_name: "==" },
    orderBy: [["updated_at", "desc"]],
    masks: [MASKS.sessions.history, IDS],
  },
  turns: { collection: "turns", filters: {}, orderBy: [["started_at", "desc"]], masks: [MASKS.turns.row] },
  participants: {
    collection: "participants",
    filters: {},
    orderBy: [],
    masks: [MASKS.participants.part, MASKS.participants.search],
    whole: true,
  },
  openTurns: { collection: "turns", filters: { status: "==" }, orderBy: [], masks: [], whole: true },
  activity: {
    collection: "activity_log",
    filters: {},
    optionalFilters: { project_id: "==", task_id: "==", session_id: "==", agent_name: "==", action: "==" },
    orderBy: [["created_at", "desc"]],
    masks: OF_ENTRIES,
  },
  agentsAround: {
    collection: "agents",
    filters: { project_id: "==", last_seen_at: ">" },
    orderBy: [["last_seen_at", "desc"]],
    masks: [MASKS.agents.presence],
  },
  memories: {
    collection: "memories",
    filters: { project_id: "==" },
    orderBy: [["updated_at", "desc"]],
    masks: [MASKS.memories.row],
    whole: true,
  },
  deliveries: {
    collection: "deliveries",
    filters: { project_id: "==", agent_id: "==" },
    orderBy: [["created_at", "desc"]],
    masks: [MASKS.deliveries.row],
  },
  accessTokens: {
    collection: "access_tokens",
    filters: {},
    orderBy: [["created_at", "desc"]],
    masks: [MASKS.access_tokens.row],
  },
  activitySince: {
    collection: "activity_log",
    filters: { project_id: "==", created_at: ">" },
    orderBy: [["created_at", "desc"]],
    masks: [MASKS.activity_log.recent],
  },
});
/** The name of a shape. */
export type ShapeName = keyof typeof SHAPES;
