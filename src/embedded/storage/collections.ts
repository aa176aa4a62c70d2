import { compareText } from "../encoding/ordered-encoding.js";
import type { ResourcePath } from "../encoding/resource-path.js";
import type { Connection } from "./sqlite.js";

/**
 * Every collection below a path (at any depth) that holds a document, in no particular order.
 * https://firebase.google.com/docs/firestore/data-model
 */
export function nonEmptyCollectionsBelow(connection: Connection, parent: ResourcePath): ResourcePath[] {
  const condition =
    "root = ? AND kind = 'collection' AND EXISTS (SELECT 1 FROM documents WHERE collection = scopes.id)";
  const prefix = parent.segments.length > 0 ? `${parent.segments.join("/")}/` : "";
  const rows = prefix
    ? connection.all<{ path: string }>(
        // "0" is the character after "/".
        `SELECT path FROM scopes WHERE ${condition} AND path >= ? AND path < ?`,
        parent.root,
        prefix,
        `${prefix.slice(0, -1)}0`,
      )
    : connection.all<{ path: string }>(`SELECT path FROM scopes WHERE ${condition}`, parent.root);
  return rows.map(({ path }) => ({ root: parent.root, segments: path.split("/") }));
}

/** The ids of collections directly below a document or the root that hold anything at any depth, in their order. */
export function collectionIdsBelow(connection: Connection, parent: ResourcePath): string[] {
  const depth = parent.segments.length;
  const ids = new Set(nonEmptyCollectionsBelow(connection, parent).map((path) => path.segments[depth] ?? ""));
  return [...ids].sort(compareText);
}
