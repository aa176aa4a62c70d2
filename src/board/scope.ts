import { IDS, type Mask } from "../firestore/masks.js";
import { fieldsRead } from "../firestore/query.js";
import { SHAPES, type Shape, type ShapeName } from "../firestore/shapes.js";
import type {
  DocumentData,
  ListenTarget,
  Query,
  QueryArgs,
  QueryResult,
  Ref,
  Snapshot,
  Store,
  Tx,
} from "../firestore/store.js";
import type { StoreTextIndex } from "../firestore/text-search.js";
import { BoardError, notFound } from "./core/errors.js";

/** The reads that a store and a transaction both have. */
type Reads = Pick<Tx, "get" | "getAll">;

/**
 * The store as a server of one project sees it (`--project`): documents of other projects are missing, queries find
 * none of them, and nothing is created in or moved to another project. A document of no project counts as another's;
 * what is created without a project becomes this project's. Writes to another project throw `permission_denied`.
 *
 * This is the one place that keeps the promise, below every tool. Each method is named here, so that a new one does not
 * compile before it is decided what it means for one project.
 */
export function scopeStore(store: Store, projectId: string): Store {
  const project = store.ref("projects", projectId);
  const outside: Reads = { get: (query) => query.get(), getAll: store.getAll };

  return {
    textIndex: store.textIndex && ownTexts(store.textIndex),
    searchWindow: store.searchWindow,
    ref: (collection, id) => scopedRef(store.ref(collection, id)),
    sub: (parent, collection, id) => scopedRef(store.sub(parent, collection, id)),
    getAll: (refs, mask) => readOwn(refs, outside, mask),
    query: scopedQuery,
    listen: listenToOwn,
    transaction: (work, signal, repeat) => store.transaction((tx) => work(scopedTx(tx)), signal, repeat),
    moveDocument: ({ from, to, levels, mayMove, goOn, signal }) =>
      store.moveDocument({
        from,
        to,
        levels,
        mayMove: (current) => owns(current) && mayMove(scopedSnapshot(current)),
        goOn,
        signal,
      }),
    timestamp: store.timestamp,
    increment: store.increment,
    close: store.close,
  };

  function listenToOwn(target: ListenTarget, heard: (docs: Snapshot[]) => void, failed: (error: Error) => void) {
    const own = (docs: Snapshot[]) => heard(docs.filter(owns).map(scopedSnapshot));
    if (!("shape" in target)) return store.listen(target, own, failed);
    const { shape, args } = target;
    if (SHAPES[shape].collection === "projects") return store.listen(project, own, failed);
    if (!filtersByProject(shape)) throw new TypeError(`query ${shape} cannot be listened to for one project`);
    if (namesAnother(args)) return store.listen(project, () => heard([]), failed);
    return store.listen(ownQuery(shape, args), own, failed);
  }

  function ownTexts(textIndex: StoreTextIndex): StoreTextIndex {
    return async (search) => {
      const named = search.project_id ?? projectId;
      if (named === projectId) return await textIndex({ ...search, project_id: projectId });
      const nothing = search.collections.map((collection) => [
        collection,
        { indexed: 0, current: true, complete: true },
      ]);
      return { matches: [], words: [], coverage: Object.fromEntries(nothing) };
    };
  }

  function scopedRef(ref: Ref): Ref {
    return {
      collection: ref.collection,
      id: ref.id,
      path: ref.path,
      parent: ref.parent && scopedRef(ref.parent),
      async get(mask) {
        const [snapshot = missing(ref)] = await readOwn([ref], outside, mask);
        return snapshot;
      },
      async update(fields, precondition) {
        refuseGivingAway(ref, fields);
        await ref.update(fields, precondition);
      },
    };
  }

  function scopedSnapshot({ ref, id, exists, updateTime, data, get }: Snapshot): Snapshot {
    return { ref: scopedRef(ref), id, exists, updateTime, data, get };
  }

  function scopedQuery(shape: ShapeName, args: QueryArgs): Query {
    return {
      shape,
      args,
      get: () => find(shape, args, outside),
      async count() {
        if (!filtersByProject(shape)) return (await find(shape, { ...args, mask: IDS }, outside)).docs.length;
        return namesAnother(args) ? 0 : await ownQuery(shape, args).count();
      },
      async sums() {
        if (!filtersByProject(shape)) throw new TypeError(`query ${shape} cannot be summed for one project`);
        if (namesAnother(args)) throw notFound("project", String(args.values?.project_id));
        return await ownQuery(shape, args).sums();
      },
    };
  }

  function scopedTx(tx: Tx): Tx {
    return {
      get: ({ shape, args }) => find(shape, args, tx),
      getAll: (refs, mask) => readOwn(refs, tx, mask),
      create: (ref, fields) => tx.create(ref, inOwnProject(ref, fields)),
      set: (ref, fields) => tx.set(ref, inOwnProject(ref, fields)),
      update(ref, fields, precondition) {
        refuseGivingAway(ref, fields);
        tx.update(ref, fields, precondition);
      },
      delete: tx.delete,
      verify: tx.verify,
    };
  }

  /**
   * Reads documents; one of a sub-collection belongs where the top-level document above it does, which is read along.
   */
  async function readOwn(refs: readonly Ref[], reads: Reads, mask?: Mask): Promise<Snapshot[]> {
    const named = new Set(refs.map(({ path }) => path));
    const roots = new Map(refs.map((ref) => [rootOf(ref).path, rootOf(ref)]));
    const beside = [...roots.values()].filter(({ path }) => !named.has(path));
    const snapshots = await reads.getAll([...refs, ...beside], mask);
    const own = new Set(snapshots.filter((found) => !found.ref.parent && owns(found)).map(({ ref }) => ref.path));
    return snapshots
      .slice(0, refs.length)
      .map((found) => scopedSnapshot(own.has(rootOf(found.ref).path) ? found : missing(found.ref)));
  }

  /** Finds documents. Where no filter keeps other projects out of the answer, they are left out here. */
  async function find(shape: ShapeName, args: QueryArgs, reads: Reads): Promise<QueryResult> {
    if (filtersByProject(shape)) return namesAnother(args) ? result([]) : result(await all(ownQuery(shape, args)));
    if (SHAPES[shape].collection === "projects") return result(await onlyProject(shape, args, reads));
    const query = store.query(shape, args);
    if (!args.parent) return result((await all(query)).filter(owns));
    const [found, [root]] = await Promise.all([all(query), readOwn([rootOf(args.parent)], reads, IDS)]);
    return result(root?.exists ? found : []);

    async function all(asked: Query): Promise<Snapshot[]> {
      return (await reads.get(asked)).docs;
    }
    function result(docs: readonly Snapshot[]): QueryResult {
      return { docs: docs.map(scopedSnapshot) };
    }
  }

  /** Answers a query of projects without sending one: the one project, when it matches. */
  async function onlyProject(shape: ShapeName, args: QueryArgs, reads: Reads): Promise<Snapshot[]> {
    const { filters, optionalFilters }: Shape = SHAPES[shape];
    const compared = Object.keys({ ...filters, ...optionalFilters });
    const found = await reads.getAll([project], args.mask && [...fieldsRead(args.mask, shape), ...compared]);
    // There is no page after the only project.
    const first = !args.after && !args.offset;
    return found.filter((snapshot) => first && snapshot.exists && matches(snapshot, shape, args));
  }

  function ownQuery(shape: ShapeName, args: QueryArgs): Query {
    return store.query(shape, { ...args, values: { ...args.values, project_id: projectId } });
  }

  function namesAnother({ values }: QueryArgs): boolean {
    return values?.project_id !== undefined && values.project_id !== projectId;
  }

  /** Whether a top-level document that was read is the project or one of its own. */
  function owns({ ref, id, get }: Snapshot): boolean {
    return (isProject(ref) ? id : get("project_id")) === projectId;
  }

  function isProject({ parent, collection }: Ref): boolean {
    return parent === null && collection === project.collection;
  }

  /** The fields of a new document, of the project when they name none. */
  function inOwnProject(ref: Ref, fields: DocumentData): DocumentData {
    if (ref.parent) return fields;
    const { project_id }: { project_id?: unknown } = fields;
    if (isProject(ref) || (project_id ?? projectId) !== projectId) throw otherProject();
    return { ...fields, project_id: projectId };
  }

  function refuseGivingAway(ref: Ref, fields: DocumentData): void {
    const elsewhere = "project_id" in fields && fields.project_id !== projectId;
    if (elsewhere || (isProject(ref) && ref.id !== projectId)) throw otherProject();
  }
}

/** The session that a document of a sub-collection hangs on; a top-level document is its own root. */
function rootOf(ref: Ref): Ref {
  return ref.parent ? rootOf(ref.parent) : ref;
}

/** A document as if it were not there. */
function missing(ref: Ref): Snapshot {
  return { ref, id: ref.id, exists: false, updateTime: undefined, data: () => undefined, get: () => undefined };
}

/** Whether a shape can filter by project. */
function filtersByProject(name: ShapeName): boolean {
  const { filters, optionalFilters = {} }: Shape = SHAPES[name];
  return "project_id" in filters || "project_id" in optionalFilters;
}

/**
 * Whether a document matches the filters of a shape that the values name; only the operators that shapes of projects
 * have.
 */
function matches(snapshot: Snapshot, name: ShapeName, { values = {} }: QueryArgs): boolean {
  const { filters, optionalFilters }: Shape = SHAPES[name];
  const asked = Object.entries({ ...filters, ...optionalFilters }).filter(([field]) => values[field] !== undefined);
  return asked.every(([field, op]) => {
    const stored = snapshot.get(field);
    if (op === "==") return stored === values[field];
    if (op === "not-in")
      return stored !== undefined && stored !== null && !(values[field] as unknown[]).includes(stored);
    throw new TypeError(`a query of projects cannot compare with ${op}`);
  });
}

function otherProject(): BoardError {
  return new BoardError(
    "permission_denied",
    "This server serves one project and changes no other.",
    "Work on this project, or ask the operator for a server of the other one.",
  );
}
