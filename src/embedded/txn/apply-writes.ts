import type { Fields, Value, WriteResult } from "../encoding/messages.js";
import { serializeFields } from "../encoding/protobuf.js";
import { formatPath, lastSegment, parentOf, type ResourcePath } from "../encoding/resource-path.js";
import { fromMicros } from "../encoding/timestamps.js";
import { checkDocumentSize } from "../encoding/validate-fields.js";
import { invalidRequest } from "../errors.js";
import type { IndexDefinitions } from "../index/index-definitions.js";
import { entriesOf } from "../index/index-entries.js";
import { fieldsOf, findDocument, type StoredDocument } from "../storage/documents.js";
import { entryKeysOf } from "../storage/entry-keys.js";
import { collectionScope, type Names } from "../storage/numbered-names.js";
import type { Connection } from "../storage/sqlite.js";
import { fieldsAfter, type PlannedWrite } from "./planned-write.js";
import { checkPrecondition } from "./precondition.js";

/** https://firebase.google.com/docs/firestore/quotas#indexes */
const MAX_ENTRIES = 40_000;

/** The store as a commit changes it: must stand in a write transaction. */
export interface WriteTarget {
  connection: Connection;
  names: Names;
  rules: IndexDefinitions;
  /** Commit time in microseconds. */
  time: number;
}

/** A document while a commit changes it. */
interface Staged {
  path: ResourcePath;
  stored: StoredDocument | undefined;
  before: Fields | undefined;
  /** The fields after the writes so far; undefined while the document does not exist. */
  fields: Fields | undefined;
  /** Whether the commit deleted it: what it then becomes is a new document. */
  deleted: boolean;
}

/**
 * Applies the writes of a commit with their index entries; each sees what those before it did. A document that ends up
 * as it was keeps its version. Throws a StatusError and leaves undoing to the caller.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#commitrequest
 */
export function applyWrites(target: WriteTarget, writes: readonly PlannedWrite[]): WriteResult[] {
  const staged = new Map<string, Staged>();
  const applied = writes.map((write) => {
    const document = stage(target, staged, write.path);
    const found = { exists: document.fields !== undefined, updateTime: document.stored?.updateTime };
    checkPrecondition(write.precondition, write.path, found);
    if (write.change === "none") return { document, results: [] };
    if (write.change === "delete") {
      document.fields = undefined;
      document.deleted = true;
      return { document, results: [] };
    }
    const { fields, results } = fieldsAfter(write.change, document.fields, requestTime(target.time));
    document.fields = fields;
    return { document, results };
  });
  const times = new Map<Staged, number>();
  const changed = new Set<number>();
  for (const document of staged.values()) times.set(document, save(target, document, changed));
  for (const collection of changed) {
    target.connection.run("UPDATE scopes SET changed = ? WHERE id = ?", target.time, collection);
  }
  return applied.map(({ document, results }) => ({
    // What the document is after the whole commit, not after this write.
    updateTime: document.fields ? fromMicros(times.get(document) ?? target.time) : null,
    ...(results.length > 0 ? { transformResults: results } : {}),
  }));
}

function stage({ connection, names }: WriteTarget, staged: Map<string, Staged>, path: ResourcePath): Staged {
  const name = formatPath(path);
  const known = staged.get(name);
  if (known) return known;
  const stored = findDocument(connection, names, path);
  const before = stored && fieldsOf(stored);
  const document = { path, stored, before, fields: before, deleted: false };
  staged.set(name, document);
  return document;
}

/** Writes what became of a document, and adds its collection to `changed`; returns its update time in microseconds. */
function save(target: WriteTarget, document: Staged, changed: Set<number>): number {
  const { path, stored, before, fields, deleted } = document;
  if (deleted && stored && before) {
    deleteDocument(target, path, stored, before);
    changed.add(collectionOf(target, path));
  }
  if (!fields) return target.time;
  const bytes = serializeFields(sortedFields(fields));
  const old = deleted ? undefined : stored;
  if (old && Buffer.compare(bytes, old.bytes) === 0) return old.updateTime;
  checkDocumentSize(path, fields);
  storeDocument(target, path, old, deleted ? undefined : before, fields, bytes);
  changed.add(collectionOf(target, path));
  return target.time;
}

/** Server timestamps have the precision of milliseconds and are the same for a whole commit. */
function requestTime(time: number): { seconds: string; nanos: number } {
  const whole = fromMicros(time - (time % 1_000));
  return { seconds: whole.seconds ?? "0", nanos: whole.nanos ?? 0 };
}

function storeDocument(
  target: WriteTarget,
  path: ResourcePath,
  stored: StoredDocument | undefined,
  before: Fields | undefined,
  fields: Fields,
  bytes: Buffer,
): void {
  const { connection, names, rules, time } = target;
  const id = stored
    ? stored.id
    : connection.run(
        "INSERT INTO documents (collection, doc_id, create_time, update_time, fields) VALUES (?, ?, ?, ?, ?)",
        collectionOf(target, path),
        lastSegment(path),
        time,
        time,
        bytes,
      ).lastInsertRowid;
  if (stored) connection.run("UPDATE documents SET update_time = ?, fields = ? WHERE id = ?", time, bytes, id);
  const entries = entriesOf(rules, path, fields);
  if (entries.reduce((sum, { counts }) => sum + counts, 0) > MAX_ENTRIES)
    throw invalidRequest(`${formatPath(path)} would have over ${MAX_ENTRIES} index entries.`);
  const keys = entryKeysOf(connection, names, path, entries);
  const old = before ? entryKeysOf(connection, names, path, entriesOf(rules, path, before)) : new Map<string, Buffer>();
  for (const [text, key] of old) if (!keys.has(text)) connection.run("DELETE FROM entries WHERE key = ?", key);
  for (const [text, key] of keys) if (!old.has(text)) connection.run("INSERT INTO entries VALUES (?, ?)", key, id);
}

function deleteDocument(target: WriteTarget, path: ResourcePath, stored: StoredDocument, before: Fields): void {
  const { connection, names, rules } = target;
  connection.run("DELETE FROM documents WHERE id = ?", stored.id);
  for (const key of entryKeysOf(connection, names, path, entriesOf(rules, path, before)).values()) {
    connection.run("DELETE FROM entries WHERE key = ?", key);
  }
}

/** The number of the collection that a document lies in. */
function collectionOf({ connection, names }: WriteTarget, path: ResourcePath): number {
  return names.scopeOrNew(connection, collectionScope(parentOf(path)));
}

/** The fields in one order at every level: equal documents then have equal bytes. */
function sortedFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, sortedValue(value)]),
  );
}

function sortedValue(value: Value): Value {
  if (value.valueType === "mapValue")
    return { ...value, mapValue: { fields: sortedFields(value.mapValue.fields ?? {}) } };
  if (value.valueType === "arrayValue") {
    return { ...value, arrayValue: { values: (value.arrayValue.values ?? []).map(sortedValue) } };
  }
  return value;
}
