import type { Query, QueryResult, Ref, Snapshot, Store, Tx } from "./store.js";

/** A write that a read-only store refused; nothing was sent. */
class WritesRefused extends Error {
  readonly code = "writes_refused";
  constructor() {
    super("this store is open for reading only");
    this.name = "WritesRefused";
  }
}

/**
 * A store that refuses every write with WritesRefused before anything is sent: those of references, of transactions and
 * of moves. Each method is named here, so that a new one does not compile before it is decided whether it writes.
 */
export function readOnlyStore(store: Store): Store {
  return {
    textIndex: store.textIndex,
    searchWindow: store.searchWindow,
    ref: (collection, id) => readOnlyRef(store.ref(collection, id)),
    sub: (parent, collection, id) => readOnlyRef(store.sub(parent, collection, id)),
    getAll: async (refs, mask) => (await store.getAll(refs, mask)).map(readOnlySnapshot),
    query: (shape, args) => readOnlyQuery(store.query(shape, args)),
    listen: (target, heard, failed) => store.listen(target, (docs) => heard(docs.map(readOnlySnapshot)), failed),
    transaction: (work, signal, repeat) => store.transaction((tx) => work(readOnlyTx(tx)), signal, repeat),
    moveDocument: async () => refuse(),
    timestamp: store.timestamp,
    increment: store.increment,
    close: store.close,
  };
}

function readOnlyRef({ collection, id, path, parent, get }: Ref): Ref {
  return {
    collection,
    id,
    path,
    parent: parent && readOnlyRef(parent),
    get: async (mask) => readOnlySnapshot(await get(mask)),
    update: async () => refuse(),
  };
}

function readOnlySnapshot({ ref, id, exists, updateTime, data, get }: Snapshot): Snapshot {
  return { ref: readOnlyRef(ref), id, exists, updateTime, data, get };
}

function readOnlyQuery({ shape, args, get, count, sums }: Query): Query {
  return { shape, args, get: async () => readOnlyResult(await get()), count, sums };
}

function readOnlyResult({ docs }: QueryResult): QueryResult {
  return { docs: docs.map(readOnlySnapshot) };
}

function readOnlyTx({ get, getAll }: Tx): Tx {
  return {
    get: async (query) => readOnlyResult(await get(query)),
    getAll: async (refs, mask) => (await getAll(refs, mask)).map(readOnlySnapshot),
    create: refuse,
    set: refuse,
    update: refuse,
    delete: refuse,
    verify: refuse,
  };
}

function refuse(): never {
  throw new WritesRefused();
}
