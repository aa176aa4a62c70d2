import type { QueryArgs } from "../../firestore/query.js";
import { SHAPES, type Shape, type ShapeName } from "../../firestore/shapes.js";
import type { DocumentReference, Query, Store, Transaction } from "../../firestore/store.js";
import { notFound } from "../core/errors.js";
import { type Boundaries, boundariesOf, type ReadAll } from "./documents.js";
import {
  filtersByProject,
  type Looked,
  lookedThrough,
  NOTHING,
  namesAnother,
  ofSession,
  onlyProject,
} from "./queries.js";

/**
 * The store as seen by a server of one project (`--project`): documents of other projects are missing, whoever asks for
 * them and how; queries find none of them; nothing is created in or moved to another project. What belongs to no project
 * is another's too; what is created without one becomes this project's.
 *
 * This is the one place that keeps the promise, below every tool. It stands in front of the client's own references,
 * queries and transactions, which keep their types and all else they can do.
 */
export function scopeStore(store: Store, project: string): Store {
  const projectRef = store.ref("projects", project);
  const boundaries = boundariesOf(projectRef);
  const looked = new WeakMap<Query, Looked>();
  const lookAt = (name: ShapeName, args: QueryArgs, query: Query): Looked => {
    const { collection }: Shape = SHAPES[name];
    if (collection === "projects") return onlyProject(name, args, projectRef);
    return args.parent ? ofSession(query, args.parent, boundaries) : lookedThrough(query, boundaries);
  };

  return {
    ...store,
    ref: (collection, id) => scopedRef(store.ref(collection, id), boundaries, store.getAll),
    getAll: (refs) => boundaries.read(refs, store.getAll),
    query(name, args) {
      const filters = filtersByProject(name);
      if (filters && !namesAnother(args.values, project))
        return store.query(name, { ...args, values: { ...args.values, project_id: project } });
      const query = store.query(name, args);
      const how = filters ? NOTHING : lookAt(name, args, query);
      const scoped = scopedQuery(query, how, store.getAll);
      looked.set(scoped, how);
      return scoped;
    },
    async sums(name, values) {
      if (namesAnother(values, project)) throw notFound("project", String(values?.project_id));
      return await store.sums(name, { ...values, project_id: project });
    },
    sub: (parent, collection, id) => scopedRef(store.sub(parent, collection, id), boundaries, store.getAll),
    transaction: (work, signal, repeat) =>
      store.transaction(
        ({ tx, number }) => work({ tx: scopedTransaction(tx, boundaries, looked), number }),
        signal,
        repeat,
      ),
  };
}

function scopedRef(ref: DocumentReference, boundaries: Boundaries, readAll: ReadAll): DocumentReference {
  return Object.create(ref, {
    get: { value: async () => (await boundaries.read([ref], readAll))[0] },
    create: { value: async (fields: object) => await ref.create(boundaries.created(ref, fields)) },
    set: { value: async (fields: object) => await ref.set(boundaries.created(ref, fields)) },
    update: {
      value: async (fields: object, ...precondition: []) => {
        boundaries.refuseGivingAway(ref, fields);
        return await ref.update(fields, ...precondition);
      },
    },
    delete: { value: refuseUnread },
  });
}

/** A query that can only be run: whatever else a query can do would go past the look at its answer. */
function scopedQuery(query: Query, how: Looked, readAll: ReadAll): Query {
  const others = ["count", "aggregate", "select", "offset", "limit", "stream", "where", "orderBy", "startAfter"];
  return Object.create(query, {
    ...Object.fromEntries(others.map((method) => [method, { value: refuseUnread }])),
    ...(how.count === undefined ? {} : { count: { value: () => counted(how.count) } }),
    get: { value: () => how.run((raw) => raw.get(), readAll) },
  });
}

function counted(count: number | undefined) {
  return { get: async () => ({ data: () => ({ count }) }) };
}

function refuseUnread(): never {
  throw new TypeError("a server of one project cannot do this: it would not see whose documents they are");
}

/** Every method is called on the client's own transaction, which keeps its state in itself. */
function scopedTransaction(tx: Transaction, boundaries: Boundaries, looked: WeakMap<Query, Looked>): Transaction {
  const readAll: ReadAll = (refs) => tx.getAll(...refs);
  const scoped: Transaction = Object.create(tx, {
    get: {
      value: async (what: DocumentReference | Query) => {
        const how = looked.get(what as Query);
        if (how) return await how.run((raw) => tx.get(raw), readAll);
        // Of these, only a query that filters by project is left.
        return "path" in what ? (await boundaries.read([what], readAll))[0] : await tx.get(what);
      },
    },
    getAll: { value: (...refs: DocumentReference[]) => boundaries.read(refs, readAll) },
    create: {
      value: (ref: DocumentReference, fields: object) => {
        tx.create(ref, boundaries.created(ref, fields));
        return scoped;
      },
    },
    set: {
      value: (ref: DocumentReference, fields: object) => {
        tx.set(ref, boundaries.created(ref, fields));
        return scoped;
      },
    },
    update: {
      value: (ref: DocumentReference, fields: object, ...precondition: []) => {
        boundaries.refuseGivingAway(ref, fields);
        tx.update(ref, fields, ...precondition);
        return scoped;
      },
    },
    delete: {
      value: (ref: DocumentReference) => {
        tx.delete(ref);
        return scoped;
      },
    },
  });
  return scoped;
}
