import { lastSegment, type ResourcePath } from "../encoding/resource-path.js";
import type { Connection } from "./sqlite.js";

/**
 * A group of index entries: one collection, all collections of one id, or a whole database.
 * https://firebase.google.com/docs/firestore/data-model
 */
export interface ScopeKey {
  root: string;
  kind: "collection" | "group" | "database";
  /** Collection path below the root, or collection id, or empty. */
  path: string;
}

/** Numbers for scopes and indexes; rows are only ever added, so what was read or committed once stays true. */
export interface Names {
  scope(connection: Connection, key: ScopeKey): number | undefined;
  scopeOrNew(connection: Connection, key: ScopeKey): number;
  scopeById(connection: Connection, id: number): ScopeKey;
  index(connection: Connection, name: string): number | undefined;
  indexOrNew(connection: Connection, name: string): number;
  /** Must be called after a rollback: numbers given out inside it do not exist. */
  forget(): void;
}

const MAX_CACHED = 20_000;

/** The scope of one collection. */
export function collectionScope(collection: ResourcePath): ScopeKey {
  return { root: collection.root, kind: "collection", path: collection.segments.join("/") };
}

/** The scope of all collections of one id. */
export function groupScope(root: string, collectionId: string): ScopeKey {
  return { root, kind: "group", path: collectionId };
}

/** The scope of a whole database. */
export function databaseScope(root: string): ScopeKey {
  return { root, kind: "database", path: "" };
}

/** The numbers of one store, remembered for one process. */
export function createNames(): Names {
  const scopes = new Map<string, number>();
  const keys = new Map<number, ScopeKey>();
  const indexes = new Map<string, number>();

  const scope = (connection: Connection, key: ScopeKey): number | undefined => {
    const text = `${key.kind}:${key.root}:${key.path}`;
    const known = scopes.get(text);
    if (known !== undefined) return known;
    const row = connection.get<{ id: number }>(
      "SELECT id FROM scopes WHERE root = ? AND kind = ? AND path = ?",
      key.root,
      key.kind,
      key.path,
    );
    if (row) remember(scopes, text, row.id);
    return row?.id;
  };

  const index = (connection: Connection, name: string): number | undefined => {
    const known = indexes.get(name);
    if (known !== undefined) return known;
    const row = connection.get<{ id: number }>("SELECT id FROM indexes WHERE name = ?", name);
    if (row) remember(indexes, name, row.id);
    return row?.id;
  };

  return {
    scope,
    scopeOrNew(connection, key) {
      const known = scope(connection, key);
      if (known !== undefined) return known;
      const group = lastSegment({ root: key.root, segments: key.path.split("/") });
      connection.run(
        "INSERT INTO scopes (root, kind, path, grp) VALUES (?, ?, ?, ?)",
        key.root,
        key.kind,
        key.path,
        group,
      );
      return scope(connection, key) ?? 0;
    },
    scopeById(connection, id) {
      const known = keys.get(id);
      if (known) return known;
      const key = connection.get<ScopeKey>("SELECT root, kind, path FROM scopes WHERE id = ?", id);
      if (!key) throw new RangeError(`no scope ${id}`);
      remember(keys, id, key);
      return key;
    },
    index,
    indexOrNew(connection, name) {
      const known = index(connection, name);
      if (known !== undefined) return known;
      connection.run("INSERT INTO indexes (name) VALUES (?)", name);
      return index(connection, name) ?? 0;
    },
    forget() {
      scopes.clear();
      keys.clear();
      indexes.clear();
    },
  };
}

function remember<K, V>(cache: Map<K, V>, key: K, value: V): void {
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, value);
}
