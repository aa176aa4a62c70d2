import { lastSegment, parentOf, type ResourcePath } from "../encoding/resource-path.js";
import { type Entry, keyBase } from "../index/index-entries.js";
import { collectionScope, databaseScope, groupScope, type Names } from "./numbered-names.js";
import type { Connection } from "./sqlite.js";

/**
 * Full keys of entries, by their text for comparing.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */
export function entryKeysOf(
  connection: Connection,
  names: Names,
  path: ResourcePath,
  entries: readonly Entry[],
): Map<string, Buffer> {
  const collection = parentOf(path);
  const scopes = {
    collection: names.scopeOrNew(connection, collectionScope(collection)),
    group: names.scopeOrNew(connection, groupScope(path.root, lastSegment(collection))),
    database: names.scopeOrNew(connection, databaseScope(path.root)),
  };
  const keys = new Map<string, Buffer>();
  for (const { scope, index, tail } of entries) {
    const key = Buffer.concat([keyBase(scopes[scope], names.indexOrNew(connection, index)), tail]);
    keys.set(key.toString("latin1"), key);
  }
  return keys;
}
