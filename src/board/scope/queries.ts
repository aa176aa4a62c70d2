import type { QueryArgs } from "../../firestore/query.js";
import { SHAPES, type Shape, type ShapeName } from "../../firestore/shapes.js";
import type { DocumentReference, DocumentSnapshot, Query, QuerySnapshot } from "../../firestore/store.js";
import { type Boundaries, type ReadAll, rootOf } from "./documents.js";

/** How a query is run: beside a transaction, or inside one. */
export type RunQuery = (query: Query) => Promise<QuerySnapshot>;

/** A query that is not left to Firestore alone, because no filter keeps other projects out of its answer. */
export interface Looked {
  run(run: RunQuery, readAll: ReadAll): Promise<QuerySnapshot>;
  /** How many documents it finds, when that is known without reading them. */
  count?: number;
}

/** A query of another project's documents: it is not refused, it finds none. */
export const NOTHING: Looked = { run: async () => answer([]), count: 0 };

/** Whether the values of a shape that filters by project name another one than this. */
export function namesAnother(values: QueryArgs["values"], project: string): boolean {
  return values?.project_id !== undefined && values.project_id !== project;
}

/** Whether a shape can filter by project. */
export function filtersByProject(name: ShapeName): boolean {
  const shape: Shape = SHAPES[name];
  return "project_id" in shape.where || "project_id" in (shape.optional ?? {});
}

/** A query of documents that carry project_id but cannot be filtered by it: those of other projects are left out. */
export function lookedThrough(query: Query, { owns }: Boundaries): Looked {
  return {
    async run(run) {
      const found = await run(query);
      return answer(found.docs.filter(owns));
    },
  };
}

/** A query of a sub-collection: empty when the session it hangs on is another project's. */
export function ofSession(query: Query, parent: DocumentReference, { read }: Boundaries): Looked {
  return {
    async run(run, readAll) {
      const [found, [session]] = await Promise.all([run(query), read([rootOf(parent)], readAll)]);
      return session?.exists ? found : answer([]);
    },
  };
}

/** A query of projects: the one project when it matches, without a query. */
export function onlyProject(name: ShapeName, args: QueryArgs, project: DocumentReference): Looked {
  const shape: Shape = SHAPES[name];
  return {
    async run(_, readAll) {
      const [snapshot] = await readAll([project]);
      // A page behind the only project is empty.
      return answer(snapshot?.exists && !args.after && matches(snapshot, shape, args.values ?? {}) ? [snapshot] : []);
    },
  };
}

function matches(snapshot: DocumentSnapshot, shape: Shape, values: Readonly<Record<string, unknown>>): boolean {
  const filters = Object.entries({ ...shape.where, ...shape.optional }).filter(
    ([field]) => values[field] !== undefined,
  );
  return filters.every(([field, op]) => {
    const stored: unknown = snapshot.get(field);
    if (op === "==") return stored === values[field];
    if (op === "not-in")
      return stored !== undefined && stored !== null && !(values[field] as unknown[]).includes(stored);
    throw new TypeError(`a query of projects cannot compare with ${op}`);
  });
}

/** What the board reads of an answer. */
function answer(docs: DocumentSnapshot[]): QuerySnapshot {
  return { docs, size: docs.length, empty: docs.length === 0 } as unknown as QuerySnapshot;
}
