import type { ResourcePath } from "../paths/names.js";
import type { Connection } from "./sqlite.js";

/** Every collection below a path (at any depth) that holds a document, in no particular order. */
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
