import type { CollectionName } from "../../firestore/collections.js";
import { IDS, type Mask } from "../../firestore/masks.js";
import { fieldsRead } from "../../firestore/query.js";
import { SHAPES, type Shape, type ShapeName } from "../../firestore/shapes.js";
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
} from "../../firestore/store.js";
import { BoardError, invalidArgument, notFound } from "../core/errors.js";
import { listenTogether } from "./listen-together.js";
import { ownTexts } from "./own-texts.js";
import { filtersByProject, matches } from "./project-filters.js";
import { sliceInOrder } from "./shape-order.js";

/** The reads that a store and a transaction both have. */
type Reads = Pick<Tx, "get" | "getAll">;

/** How many projects a scope has at most: a list over them asks one query for each. */
export const MOST_PROJECTS = 20;

/**
 * The store as it is for whom there are only these projects (a server with `--project`, a principal with projects), at
 * most 20: documents of other projects are missing, queries find none of them, and nothing is created in or moved to
 * another project. A document of no project counts as another's; what is created without a project becomes the only
 * project's, or is `invalid_argument` where there are several. Writes to another project throw `permission_denied`.
 *
 * This is the one place that keeps the promise, below every tool. Each method is named here, so that a new one does not
 * compile before it is decided what it means for a scope. Throws RangeError for more projects.
 */
export function scopeStore(store: Store, given: readonly string[]): Store {
  const projects = [...new Set(given)];
  if (projects.length > MOST_PROJECTS) throw new RangeError(`a scope has at most ${MOST_PROJECTS} projects`);
  const mine: ReadonlySet<unknown> = new Set(projects);
  const [only] = projects.length === 1 ? projects : [];
  const outside: Reads = { get: (query) => query.get(), getAll: store.getAll };

  return {
    textIndex: store.textIndex && ownTexts(store.textIndex, projects),
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
    if (SHAPES[shape].collection === "projects") return listenTogether(store.listen, ownProjects(), own, failed);
    if (!filtersByProject(shape)) throw new TypeError(`query ${shape} cannot be listened to by project`);
    return listenTogether(store.listen, ownQueries(shape, args), own, failed);
  }

  function ownProjects(): Ref[] {
    return projects.map((id) => store.ref("projects", id));
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
        return sum(await Promise.all(ownQueries(shape, args).map((query) => query.count())));
      },
      async sums() {
        if (!filtersByProject(shape)) throw new TypeError(`query ${shape} cannot be summed by project`);
        const queries = ownQueries(shape, args);
        if (queries.length === 0) throw notFound("project", String(args.values?.project_id));
        return sumEach(await Promise.all(queries.map((query) => query.sums())));
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
    if (filtersByProject(shape)) return result(await findInEach(shape, args, reads));
    if (SHAPES[shape].collection === "projects") return result(await findProjects(shape, args, reads));
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

  /** Asks each project for as many as are wanted in all, and gives the first of them together. */
  async function findInEach(shape: ShapeName, args: QueryArgs, reads: Reads): Promise<Snapshot[]> {
    const { offset, ...behind } = args;
    const limit = behind.limit === "all" ? behind.limit : behind.limit + (offset ?? 0);
    const queries = ownQueries(shape, args);
    const asked = queries.length > 1 ? ownQueries(shape, { ...behind, limit }) : queries;
    const found = await Promise.all(asked.map(async (query) => (await reads.get(query)).docs));
    return found.length > 1 ? sliceInOrder(shape, found.flat(), args) : found.flat();
  }

  /** Answers a query of projects without sending one: those of the scope that match. */
  async function findProjects(shape: ShapeName, args: QueryArgs, reads: Reads): Promise<Snapshot[]> {
    const { filters, optionalFilters }: Shape = SHAPES[shape];
    const compared = Object.keys({ ...filters, ...optionalFilters });
    const found = await reads.getAll(ownProjects(), args.mask && [...fieldsRead(args.mask, shape), ...compared]);
    return sliceInOrder(
      shape,
      found.filter((snapshot) => snapshot.exists && matches(snapshot, shape, args)),
      args,
    );
  }

  /** The query for each project that it is about: the one that it names, else each of the scope. */
  function ownQueries(shape: ShapeName, args: QueryArgs): Query[] {
    const named = args.values?.project_id;
    return projects
      .filter((id) => named === undefined || named === id)
      .map((project_id) => store.query(shape, { ...args, values: { ...args.values, project_id } }));
  }

  /** Whether a top-level document that was read is one of the projects or in one. */
  function owns({ ref, id, get }: Snapshot): boolean {
    const project = isProject(ref) ? id : get("project_id");
    return mine.has(project) || (isKey(ref) && (project ?? null) === null);
  }

  /** The fields of a new document, of the only project when they name none. */
  function inOwnProject(ref: Ref, fields: DocumentData): DocumentData {
    if (ref.parent) return fields;
    const { project_id }: { project_id?: unknown } = fields;
    const named = project_id ?? only;
    if (named === undefined && isKey(ref)) return fields;
    if (named === undefined) throw unnamedProject();
    if (isProject(ref) || !mine.has(named)) throw otherProject();
    return { ...fields, project_id: named };
  }

  function refuseGivingAway(ref: Ref, fields: DocumentData): void {
    // A call of no project of several can have a key of none, which an update of it leaves so.
    const elsewhere = "project_id" in fields && !mine.has(fields.project_id);
    const ofNone = isKey(ref) && only === undefined && (fields as { project_id?: unknown }).project_id === null;
    if ((elsewhere && !ofNone) || (isProject(ref) && !mine.has(ref.id))) throw otherProject();
  }

  function isProject(ref: Ref): boolean {
    return isIn(ref, "projects");
  }

  /** An idempotency key is found by its hash alone, which only whoever made the call can tell. */
  function isKey(ref: Ref): boolean {
    return isIn(ref, "idempotency_keys");
  }

  function isIn({ parent, collection }: Ref, name: CollectionName): boolean {
    // The settings may give the collections' names a prefix.
    return parent === null && collection === store.ref(name, "any").collection;
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

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

function sumEach([first = {}, ...others]: readonly Record<string, number>[]): Record<string, number> {
  const sums = Object.entries(first).map(([field, value]) => [
    field,
    sum([value, ...others.map((each) => each[field] ?? 0)]),
  ]);
  return Object.fromEntries(sums);
}

function otherProject(): BoardError {
  return new BoardError(
    "permission_denied",
    "Only the projects that this server has for you are changed, and no other.",
    "Work on one of them, or ask the operator for access to the other one.",
  );
}

function unnamedProject(): BoardError {
  return invalidArgument("This needs a project: you have several.", "Name one of those of board_get_projects.");
}
