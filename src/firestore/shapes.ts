/** The top-level collections (contracts.md 1). */
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
export type CollectionName = (typeof COLLECTIONS)[number];

/** The sub-collections of the turn log, each with the collection whose documents hold it (contracts.md 1). */
export const SUB_COLLECTIONS = { turns: "sessions", files: "sessions", dialog: "turns", actions: "turns" } as const;
export type SubCollectionName = keyof typeof SUB_COLLECTIONS;

/** What a filter compares with; `in`, `not-in` and `array-contains-any` take lists of at most 30, 10 and 30 values. */
export type FilterOp = "==" | "<" | ">" | "!=" | "in" | "not-in" | "array-contains" | "array-contains-any";

/**
 * The form of a query: which fields it filters and orders by, without the values. Every query of the board is one of
 * SHAPES, so that a test can hold each of them against firestore.indexes.json.
 */
export interface Shape {
  /** A query of a sub-collection is one of a single parent. */
  collection: CollectionName | SubCollectionName;
  /** Filters that are always there. */
  where: Readonly<Record<string, FilterOp>>;
  /** Filters that a call may add, in any combination. */
  optional?: Readonly<Record<string, FilterOp>>;
  orderBy: readonly (readonly [field: string, direction: "asc" | "desc"])[];
  /** Fields that are summed over the matches, in alphabetical order, as their indexes must end. */
  sums?: readonly string[];
}

const shapes = <T extends Record<string, Shape>>(table: T): T => table;

/** Every query that the board can issue. */
export const SHAPES = shapes({
  projectsByPriority: {
    collection: "projects",
    where: { priority: "==" },
    optional: { status: "==" },
    orderBy: [["updated_at", "desc"]],
  },
  latestProjects: { collection: "projects", where: {}, orderBy: [["updated_at", "desc"]] },
  projectsOfUnknownPriority: {
    collection: "projects",
    where: { priority: "not-in" },
    orderBy: [
      ["priority", "asc"],
      ["updated_at", "desc"],
    ],
  },
  tasksByPriority: {
    collection: "tasks",
    where: { project_id: "==", priority: "==" },
    optional: { status: "in", assigned_agent: "==", parent_task_id: "==" },
    orderBy: [["created_at", "asc"]],
  },
  tasksOfUnknownPriority: {
    collection: "tasks",
    where: { project_id: "==", priority: "not-in" },
    orderBy: [
      ["priority", "asc"],
      ["created_at", "asc"],
    ],
  },
  tasksOfUnknownStatus: {
    collection: "tasks",
    where: { project_id: "==", status: "not-in" },
    orderBy: [["status", "asc"]],
  },
  latestTasks: {
    collection: "tasks",
    where: {},
    optional: { project_id: "==" },
    orderBy: [["updated_at", "desc"]],
  },
  tasksByStatus: {
    collection: "tasks",
    where: { project_id: "==", status: "==" },
    orderBy: [
      ["priority", "asc"],
      ["created_at", "asc"],
    ],
  },
  tasksChangedSince: {
    collection: "tasks",
    where: { project_id: "==", updated_at: ">" },
    orderBy: [["updated_at", "desc"]],
  },
  taskCounts: { collection: "tasks", where: { project_id: "==", status: "==" }, orderBy: [] },
  openTaskCount: { collection: "tasks", where: { project_id: "==", status: "!=" }, orderBy: [] },
  subtasks: { collection: "tasks", where: { parent_task_id: "==" }, orderBy: [["created_at", "asc"]] },
  subtasksOfMany: { collection: "tasks", where: { parent_task_id: "in" }, orderBy: [] },
  dependents: { collection: "tasks", where: { depends_on: "array-contains" }, orderBy: [] },
  dependentsOfMany: { collection: "tasks", where: { depends_on: "array-contains-any" }, orderBy: [] },
  tasksLeasedBy: {
    collection: "tasks",
    where: { "lease.agent_name": "==" },
    optional: { project_id: "==" },
    orderBy: [],
  },
  activeSessions: { collection: "sessions", where: { project_id: "==", status: "==" }, orderBy: [] },
  agentSessions: {
    collection: "sessions",
    where: { kind: "==", agent_name: "==", status: "==" },
    optional: { project_id: "==" },
    orderBy: [],
  },
  endedSessions: {
    collection: "sessions",
    where: { project_id: "==", status: "in" },
    optional: { kind: "==" },
    orderBy: [
      ["ended_at", "desc"],
      ["started_at", "desc"],
    ],
  },
  sessions: {
    collection: "sessions",
    where: {},
    optional: { project_id: "==", status: "==", agent_name: "==", story_id: "==", ended_at: "==" },
    orderBy: [["started_at", "desc"]],
  },
  sessionTotals: {
    collection: "sessions",
    where: {},
    optional: { project_id: "==", status: "==", agent_name: "==", story_id: "==" },
    orderBy: [],
    sums: ["cached_tokens", "cost_usd", "input_tokens", "output_tokens"],
  },
  sessionsEndedBefore: {
    collection: "sessions",
    where: { kind: "==", ended_at: "<" },
    optional: { project_id: "==" },
    orderBy: [
      ["ended_at", "desc"],
      ["started_at", "desc"],
    ],
  },
  sessionHistory: {
    collection: "sessions",
    where: {},
    optional: { project_id: "==", agent_name: "==" },
    orderBy: [["updated_at", "desc"]],
  },
  openTurns: { collection: "turns", where: { status: "==" }, orderBy: [] },
  activity: {
    collection: "activity_log",
    where: {},
    optional: { project_id: "==", task_id: "==", session_id: "==", agent_name: "==", action: "==" },
    orderBy: [["created_at", "desc"]],
  },
  agentsAround: {
    collection: "agents",
    where: { project_id: "==", last_seen_at: ">" },
    orderBy: [["last_seen_at", "desc"]],
  },
  memories: { collection: "memories", where: { project_id: "==" }, orderBy: [["updated_at", "desc"]] },
  deliveries: {
    collection: "deliveries",
    where: { project_id: "==", agent_id: "==" },
    orderBy: [["created_at", "desc"]],
  },
  activitySince: {
    collection: "activity_log",
    where: { project_id: "==", created_at: ">" },
    orderBy: [["created_at", "desc"]],
  },
});
export type ShapeName = keyof typeof SHAPES;

/** A shape with one choice of its optional filters: what is really sent to Firestore. */
export interface ConcreteShape {
  name: ShapeName;
  collection: Shape["collection"];
  where: readonly (readonly [field: string, op: FilterOp])[];
  orderBy: Shape["orderBy"];
  sums?: readonly string[] | undefined;
}

/** All combinations of optional filters of all shapes, for the index-coverage test. */
export function concreteShapes(): ConcreteShape[] {
  return (Object.entries(SHAPES) as [ShapeName, Shape][]).flatMap(([name, shape]) =>
    subsets(Object.entries(shape.optional ?? {})).map((chosen) => ({
      name,
      collection: shape.collection,
      where: [...Object.entries(shape.where), ...chosen],
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
