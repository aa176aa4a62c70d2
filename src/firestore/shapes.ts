/** The top-level collections, without the prefix that the settings may give them. */
export const COLLECTIONS = [
  "projects",
  "tasks",
  "sessions",
  "sessions_archive",
  "activity_log",
  "idempotency_keys",
  "memories",
  "agents",
  "deliveries",
] as const;
/** The name of a top-level collection, without a prefix. */
export type CollectionName = (typeof COLLECTIONS)[number];

/** The sub-collections, each with the collection whose documents hold it. */
export const SUB_COLLECTIONS = {
  participants: "sessions",
  turns: "sessions",
  files: "sessions",
  dialog: "turns",
  actions: "turns",
} as const;
/** The name of a sub-collection, without a prefix. */
export type SubCollectionName = keyof typeof SUB_COLLECTIONS;

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
}

const shapes = <T extends Record<string, Shape>>(table: T): T => table;

/** Every query that the board can issue. */
export const SHAPES = shapes({
  projectsByPriority: {
    collection: "projects",
    filters: { priority: "==" },
    optionalFilters: { status: "==" },
    orderBy: [["updated_at", "desc"]],
  },
  latestProjects: { collection: "projects", filters: {}, orderBy: [["updated_at", "desc"]] },
  projectsOfUnknownPriority: {
    collection: "projects",
    filters: { priority: "not-in" },
    orderBy: [
      ["priority", "asc"],
      ["updated_at", "desc"],
    ],
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
  },
  tasksOfUnknownPriority: {
    collection: "tasks",
    filters: { project_id: "==", priority: "not-in" },
    orderBy: [
      ["priority", "asc"],
      ["created_at", "asc"],
    ],
  },
  tasksOfUnknownStatus: {
    collection: "tasks",
    filters: { project_id: "==", status: "not-in" },
    orderBy: [["status", "asc"]],
  },
  latestTasks: {
    collection: "tasks",
    filters: {},
    optionalFilters: { project_id: "==" },
    orderBy: [["updated_at", "desc"]],
  },
  tasksByStatus: {
    collection: "tasks",
    filters: { project_id: "==", status: "==" },
    orderBy: [
      ["priority", "asc"],
      ["created_at", "asc"],
    ],
  },
  tasksChangedSince: {
    collection: "tasks",
    filters: { project_id: "==", updated_at: ">" },
    orderBy: [["updated_at", "desc"]],
  },
  taskCounts: { collection: "tasks", filters: { project_id: "==", status: "==" }, orderBy: [] },
  openTaskCount: { collection: "tasks", filters: { project_id: "==", status: "!=" }, orderBy: [] },
  subtasks: { collection: "tasks", filters: { parent_task_id: "==" }, orderBy: [["created_at", "asc"]] },
  openSubtasksOfMany: { collection: "tasks", filters: { parent_task_id: "in", status: "!=" }, orderBy: [] },
  subtasksOfMany: { collection: "tasks", filters: { parent_task_id: "in" }, orderBy: [] },
  dependents: { collection: "tasks", filters: { depends_on: "array-contains" }, orderBy: [] },
  dependentsOfMany: { collection: "tasks", filters: { depends_on: "array-contains-any" }, orderBy: [] },
  tasksLeasedBy: {
    collection: "tasks",
    filters: { "lease.agent_name": "==" },
    optionalFilters: { project_id: "==" },
    orderBy: [],
  },
  tasksHeldBy: { collection: "tasks", filters: { "lease.holder": "==" }, orderBy: [] },
  activeSessions: { collection: "sessions", filters: { project_id: "==", status: "==" }, orderBy: [] },
  agentSessions: {
    collection: "sessions",
    filters: { kind: "==", agent_name: "==", status: "==" },
    optionalFilters: { project_id: "==" },
    orderBy: [],
  },
  endedSessions: {
    collection: "sessions",
    filters: { project_id: "==", status: "in" },
    optionalFilters: { kind: "==" },
    orderBy: [
      ["ended_at", "desc"],
      ["started_at", "desc"],
    ],
  },
  sessions: {
    collection: "sessions",
    filters: {},
    optionalFilters: { project_id: "==", status: "==", agent_name: "==", story_id: "==", ended_at: "==" },
    orderBy: [["started_at", "desc"]],
  },
  sessionTotals: {
    collection: "sessions",
    filters: {},
    optionalFilters: { project_id: "==", status: "==", agent_name: "==", story_id: "==" },
    orderBy: [],
    sums: ["cached_tokens", "cost_usd", "input_tokens", "output_tokens"],
  },
  sessionsEndedBefore: {
    collection: "sessions",
    filters: { kind: "==", ended_at: "<" },
    optionalFilters: { project_id: "==" },
    orderBy: [
      ["ended_at", "desc"],
      ["started_at", "desc"],
    ],
  },
  sessionHistory: {
    collection: "sessions",
    filters: {},
    optionalFilters: { project_id: "==", agent_name: "==" },
    orderBy: [["updated_at", "desc"]],
  },
  turns: { collection: "turns", filters: {}, orderBy: [["started_at", "desc"]] },
  participants: { collection: "participants", filters: {}, orderBy: [] },
  openTurns: { collection: "turns", filters: { status: "==" }, orderBy: [] },
  activity: {
    collection: "activity_log",
    filters: {},
    optionalFilters: { project_id: "==", task_id: "==", session_id: "==", agent_name: "==", action: "==" },
    orderBy: [["created_at", "desc"]],
  },
  agentsAround: {
    collection: "agents",
    filters: { project_id: "==", last_seen_at: ">" },
    orderBy: [["last_seen_at", "desc"]],
  },
  memories: { collection: "memories", filters: { project_id: "==" }, orderBy: [["updated_at", "desc"]] },
  deliveries: {
    collection: "deliveries",
    filters: { project_id: "==", agent_id: "==" },
    orderBy: [["created_at", "desc"]],
  },
  activitySince: {
    collection: "activity_log",
    filters: { project_id: "==", created_at: ">" },
    orderBy: [["created_at", "desc"]],
  },
});
/** The name of a shape. */
export type ShapeName = keyof typeof SHAPES;

/** A shape with one choice of its optional filters, as it is sent to Firestore. */
export interface ConcreteShape {
  name: ShapeName;
  collection: Shape["collection"];
  filters: readonly (readonly [field: string, op: FilterOp])[];
  orderBy: Shape["orderBy"];
  sums?: readonly string[] | undefined;
}

/** Every shape with every combination of its optional filters, for the test of the indexes. */
export function concreteShapes(): ConcreteShape[] {
  return (Object.entries(SHAPES) as [ShapeName, Shape][]).flatMap(([name, shape]) =>
    subsets(Object.entries(shape.optionalFilters ?? {})).map((chosen) => ({
      name,
      collection: shape.collection,
      filters: [...Object.entries(shape.filters), ...chosen],
      orderBy: shape.orderBy,
      sums: shape.sums,
    })),
  );
}

function subsets<T>([first, ...rest]: T[]): T[][] {
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((set) => [first, ...set])];
}
