import { invalidArgument } from "../errors.js";
import { nameTail } from "../indexes/keys.js";
import { formatPath, type ResourcePath } from "../paths/names.js";
import { collectionScope, databaseScope, groupScope, type ScopeKey } from "../storage/names.js";
import type { Query } from "./ast.js";

/**
 * The scope whose entries a query reads.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */
export function scopeOf(query: Query): ScopeKey {
  const { parent, collection } = query;
  if (collection === undefined) return databaseScope(parent.root);
  if (query.allDescendants) return groupScope(parent.root, collection);
  return collectionScope({ root: parent.root, segments: [...parent.segments, collection] });
}

/** A document's name as it ends the entries that the query reads; a document elsewhere is refused. */
export function encodeName(query: Query, path: ResourcePath): Buffer {
  const { parent, collection } = query;
  const scope = query.allDescendants ? "group" : "collection";
  if (scope === "collection") {
    const searched = `${formatPath(parent)}/${collection}`;
    if (formatPath({ ...path, segments: path.segments.slice(0, -1) }) !== searched) {
      throw invalidArgument(`The document ${formatPath(path)} is not in the collection ${searched}.`);
    }
  } else if (path.root !== parent.root) {
    throw invalidArgument(`The document ${formatPath(path)} is in another database.`);
  }
  return nameTail(path, scope);
}
