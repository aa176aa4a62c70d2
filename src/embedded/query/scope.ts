import { formatPath, parentOf, type ResourcePath } from "../encoding/resource-path.js";
import { invalidRequest } from "../errors.js";
import { nameTail } from "../index/index-entries.js";
import { collectionScope, databaseScope, groupScope, type ScopeKey } from "../storage/numbered-names.js";
import type { ParsedQuery } from "./parsed-query.js";

/**
 * The scope whose entries a query reads.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */
export function scopeOf(query: ParsedQuery): ScopeKey {
  const { parent, collection } = query;
  if (collection === undefined) return databaseScope(parent.root);
  if (query.allDescendants) return groupScope(parent.root, collection);
  return collectionScope({ root: parent.root, segments: [...parent.segments, collection] });
}

/** Refuses with INVALID_ARGUMENT to compare names with a document that lies elsewhere than where the query reads. */
export function checkInScope({ parent, collection, allDescendants }: ParsedQuery, path: ResourcePath): void {
  const databases = [parent.root, path.root].map((root) => `'${root.replace(/\/documents$/, "")}'`);
  if (path.root !== parent.root)
    throw invalidRequest(`The request was for database ${databases.join(" but was attempting to access database ")}`);
  if (allDescendants) return;
  const searched = `${formatPath(parent)}/${collection}`;
  if (formatPath(parentOf(path)) !== searched)
    throw invalidRequest(`The document ${formatPath(path)} is not in the collection ${searched}.`);
}

/** A document's name as it ends the entries that the query reads. */
export function encodeName(query: ParsedQuery, path: ResourcePath): Buffer {
  return nameTail(path, query.allDescendants ? "group" : "collection");
}
