import { setImmediate as nextTurn } from "node:timers/promises";
import type { Fields } from "../encoding/messages.js";
import { compareText } from "../encoding/ordered-encoding.js";
import { deserializeFields } from "../encoding/protobuf.js";
import { collectionScope, type Names } from "../storage/numbered-names.js";
import { type Connection, type SqlValue, whenUnlocked } from "../storage/sqlite.js";
import type { StoreFile } from "../storage/store-file.js";
import { addDocument, removeDocument } from "./cache-rows.js";
import { type DocumentTexts, partTextsOf, type TextSource, textsOf } from "./text-source.js";

/*
 * How the cache becomes what the store is. The store keeps a list of each collection's documents by the time of their last
 * change; the cache has the same list of what it holds. The two are compared from the newest end downwards, in steps, until
 * their numbers and the sums of their times are equal: that is after the first step when little has changed, and it finds
 * deletions, restored backups and half-filled caches alike. Nothing needs to be remembered of what was done before.
 *
 * Each step is one transaction of the cache that holds its write lock, inside which the snapshot of the store is taken: so
 * what is written is never older than what another process wrote before.
 */

/** A source in the cache: its number there, and what it is. */
export interface CachedSource {
  id: number;
  root: string;
  definition: TextSource;
  /** For the parts of documents: the number of the source that has the documents. */
  top?: number;
}

/** A fault of the store itself while it was read for the cache: not the cache's. */
export class StoreFault extends Error {}

/** How many documents one step compares and, in milliseconds, adds: other work of the process waits for a step. */
const COMPARED = 500;
const STEP_MS = 10;
/** When others change much meanwhile, the comparison begins again, but not for ever. */
const MOST_WALKS = 3;

/**
 * Brings a source up to date, in steps between which the process is free for others. False when the time did not suffice:
 * what has been done stays, and the next one goes on from there.
 */
export async function catchUp(
  store: StoreFile,
  cache: Connection,
  source: CachedSource,
  msLeft: () => number,
): Promise<boolean> {
  if (isCaughtUp(store, cache, source)) return true;
  for (let walks = 0; walks < MOST_WALKS; walks++) {
    for (let above: Position | undefined = END; above; ) {
      if (msLeft() <= 0) return false;
      const from: Position = above;
      const step = await whenUnlocked(msLeft(), () => takeStep(store, cache, source, from));
      if (step === "equal") return true;
      above = step;
      await nextTurn();
    }
  }
  return false;
}

/** A place in the list: the time of a change, and the document for those that one commit changed. */
interface Position {
  update_time: number;
  doc_id: string;
}

const START: Position = { update_time: -1, doc_id: "" };
const END: Position = { update_time: Number.MAX_SAFE_INTEGER, doc_id: "" };

function isCaughtUp(store: StoreFile, cache: Connection, source: CachedSource): boolean {
  const changed = inStore(store, (connection) => changeTime(connection, source));
  const row = cache.get<{ caught_up_to: number }>("SELECT caught_up_to FROM sources WHERE id = ?", source.id);
  return row?.caught_up_to === changed;
}

/** Compares and repairs the part of the list below `above`; gives where it ended, undefined at the list's end. */
function takeStep(
  store: StoreFile,
  cache: Connection,
  source: CachedSource,
  above: Position,
): "equal" | Position | undefined {
  cache.run("BEGIN IMMEDIATE");
  try {
    const result = inStore(store, (connection) => compare(connection, store.names, cache, source, above));
    cache.run("COMMIT");
    return result;
  } catch (error) {
    cache.rollback();
    throw error;
  }
}

function compare(
  connection: Connection,
  names: Names,
  cache: Connection,
  source: CachedSource,
  above: Position,
): "equal" | Position | undefined {
  const { definition, id } = source;
  const stored = reading(() => storedList(connection, names, source));
  const cached: List = { connection: cache, from: "rows WHERE source = ?", values: [id] };
  const latest = source.top === undefined ? definition.latest : undefined;
  const floor = latest === undefined ? START : (reading(() => nthNewest(stored, latest)) ?? START);

  let wanted = reading(() => part(stored, above, floor));
  let end = wanted.length === COMPARED ? (wanted.at(-1) ?? START) : floor;
  // What lies below the floor is not wanted, so that the last part reaches down to the start.
  const lowest = (place: Position): Position => (place === floor ? START : place);
  const held = part(cached, above, lowest(end));
  if (held.length === COMPARED) {
    const last = held.at(-1) ?? START;
    end = last;
    wanted = reading(() => part(stored, above, isBelow(last, floor) ? floor : last));
  }

  const wantedTimes = new Map(wanted.map(({ doc_id, update_time }) => [doc_id, update_time]));
  const heldTimes = new Map(held.map(({ doc_id, update_time }) => [doc_id, update_time]));
  for (const { doc_id, update_time } of held)
    if (wantedTimes.get(doc_id) !== update_time) removeDocument(cache, id, doc_id);
  const stopAt = performance.now() + STEP_MS;
  for (const place of wanted) {
    if (heldTimes.get(place.doc_id) === place.update_time) continue;
    const { parent, docId } = placeOf(source, place.doc_id);
    const fields = reading(() => fieldsOf(connection, numberOf(connection, names, source, parent), docId));
    const top = { source: source.top ?? id, id: parent[1] ?? docId };
    addDocument(cache, id, { ...place, top }, sourceTexts(source, deserializeFields(fields)));
    // There may be more to add, so that comparing the sums would be for nothing.
    if (performance.now() >= stopAt) return place;
  }
  if (
    sameSums(
      reading(() => sums(stored, floor)),
      sums(cached, START),
    )
  ) {
    const changed = reading(() => changeTime(connection, source));
    cache.run("UPDATE sources SET caught_up_to = ? WHERE id = ?", changed, id);
    return "equal";
  }
  return end === floor || end === START ? undefined : end;
}

const NO_COLLECTION = -1;

/** A list of documents by `update_time` and `doc_id`: a table and a condition, which further ones may follow. */
interface List {
  connection: Connection;
  from: string;
  values: SqlValue[];
}

/**
 * The parts of all documents of a collection, by their paths. No index has them by the time of their changes: each step
 * looks through all of them, so that a part's document must be rare beside the others.
 */
const PARTS = `(
  SELECT documents.update_time, scopes.path || '/' || documents.doc_id AS doc_id
  FROM scopes JOIN documents ON documents.collection = scopes.id
  WHERE scopes.root = ? AND scopes.kind = 'collection' AND scopes.grp = ? AND scopes.path >= ? AND scopes.path < ?
    AND length(scopes.path) - length(replace(scopes.path, '/', '')) = 2
) WHERE true`;

function storedList(connection: Connection, names: Names, source: CachedSource): List {
  const { root, definition, top } = source;
  const { collection, parts } = definition;
  if (top === undefined || !parts)
    return {
      connection,
      from: "documents WHERE collection = ?",
      values: [numberOf(connection, names, source, [collection])],
    };
  // "0" comes after "/".
  return { connection, from: PARTS, values: [root, parts.collection, `${collection}/`, `${collection}0`] };
}

/** The collection that a document of a list is in, and its id there. */
function placeOf({ definition, top }: CachedSource, listed: string): { parent: string[]; docId: string } {
  if (top === undefined) return { parent: [definition.collection], docId: listed };
  const segments = listed.split("/");
  return { parent: segments.slice(0, -1), docId: segments.at(-1) ?? "" };
}

function sourceTexts({ definition, top }: CachedSource, fields: Fields): DocumentTexts {
  return top !== undefined && definition.parts ? partTextsOf(definition.parts, fields) : textsOf(definition, fields);
}

/** The documents below a place and not below another, the last changed first; at most COMPARED. */
function part({ connection, from: list, values }: List, above: Position, from: Position): Position[] {
  return connection.all<Position & Record<string, never>>(
    `SELECT update_time, doc_id FROM ${list}
     AND (update_time, doc_id) < (?, ?) AND (update_time, doc_id) >= (?, ?)
     ORDER BY update_time DESC, doc_id DESC LIMIT ${COMPARED}`,
    ...values,
    above.update_time,
    above.doc_id,
    from.update_time,
    from.doc_id,
  );
}

function nthNewest({ connection, from, values }: List, n: number): Position | undefined {
  return connection.get<Position>(
    `SELECT update_time, doc_id FROM ${from} ORDER BY update_time DESC, doc_id DESC LIMIT 1 OFFSET ?`,
    ...values,
    n - 1,
  );
}

function isBelow(a: Position, b: Position): boolean {
  return a.update_time < b.update_time || (a.update_time === b.update_time && compareText(a.doc_id, b.doc_id) < 0);
}

interface Sums {
  count: number;
  times: number;
}

/** How many there are from a place on, and the sum of the lower halves of their times, which stays exact in a double. */
function sums({ connection, from: list, values }: List, from: Position): Sums | undefined {
  return connection.get<Sums>(
    `SELECT count(*) AS count, coalesce(sum(update_time & 4294967295), 0) AS times FROM ${list}
     AND (update_time, doc_id) >= (?, ?)`,
    ...values,
    from.update_time,
    from.doc_id,
  );
}

function sameSums(a: Sums | undefined, b: Sums | undefined): boolean {
  return a !== undefined && a.count === b?.count && a.times === b.times;
}

function fieldsOf(connection: Connection, collection: number, docId: string): Uint8Array {
  const row = connection.get<{ fields: Uint8Array }>(
    "SELECT fields FROM documents WHERE collection = ? AND doc_id = ?",
    collection,
    docId,
  );
  return row?.fields ?? new Uint8Array();
}

function numberOf(connection: Connection, names: Names, { root }: CachedSource, segments: string[]): number {
  return names.scope(connection, collectionScope({ root, segments })) ?? NO_COLLECTION;
}

/** The time of the last change in a collection, or of parts in any collection of their id; 0 before the first. */
function changeTime(connection: Connection, { root, definition, top }: CachedSource): number {
  const of = top === undefined ? "path" : "grp";
  const row = connection.get<{ changed: number | null }>(
    `SELECT max(changed) AS changed FROM scopes WHERE root = ? AND kind = 'collection' AND ${of} = ?`,
    root,
    (top === undefined ? definition.collection : definition.parts?.collection) ?? "",
  );
  return row?.changed ?? 0;
}

/** Reads a snapshot of the store. */
function inStore<T>(store: StoreFile, read: (connection: Connection) => T): T {
  const snapshot = reading(() => store.acquireSnapshot());
  try {
    return read(snapshot.connection);
  } finally {
    reading(() => snapshot.release());
  }
}

/** Marks what goes wrong in the store. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new StoreFault("the store could not be read", { cause });
  }
}
