import type { Consistency, CursorMessage, StructuredQuery } from "../encoding/messages.js";
import { compareText, referenceTo } from "../encoding/ordered-encoding.js";
import { checkIds, parsePath } from "../encoding/resource-path.js";
import { invalidRequest } from "../errors.js";
import { parseQuery } from "../query/parse-query.js";
import type { ParsedQuery } from "../query/parsed-query.js";
import { runQuery } from "../query/run-query.js";
import { collectionIdsBelow } from "../storage/collections.js";
import type { ServiceContext } from "./context.js";
import { pageSizeOf } from "./list-documents.js";
import { withView } from "./read-views.js";
import { coveredBy, sourceOf } from "./run-queries.js";

interface ListCollectionIdsRequest extends Consistency {
  parent?: string;
  pageSize?: number;
  pageToken?: string;
}

interface PartitionQueryRequest extends Consistency {
  parent?: string;
  structuredQuery?: StructuredQuery;
  partitionCount?: string;
  pageSize?: number;
  pageToken?: string;
}

/**
 * ListCollectionIds: the ids of collections directly below a document or the root that hold anything.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#listcollectionidsrequest
 */
export async function listCollectionIds(
  context: ServiceContext,
  request: ListCollectionIdsRequest,
): Promise<{ collectionIds: string[]; nextPageToken?: string }> {
  const parent = parsePath(request.parent ?? "");
  if (parent.segments.length % 2 !== 0) throw invalidRequest("The parent is not a document.");
  checkIds(parent);
  const pageSize = pageSizeOf(request.pageSize);
  const after = request.pageToken ? decodeToken(request.pageToken) : undefined;
  return withView(context, request, async (view) => {
    const sorted = collectionIdsBelow(view.connection, parent);
    // The last collection of the page before may be empty by now.
    const rest = after === undefined ? sorted : sorted.filter((id) => compareText(id, after) > 0);
    const page = rest.slice(0, pageSize);
    const last = page.at(-1);
    return { collectionIds: page, ...(rest.length > pageSize && last ? { nextPageToken: encodeToken(last) } : {}) };
  });
}

/** PartitionQuery: cursors that cut a collection group, ordered by name, into parts of about equal size. */
export async function partitionQuery(
  context: ServiceContext,
  request: PartitionQueryRequest,
): Promise<{ partitions: CursorMessage[] }> {
  const wanted = Number(request.partitionCount ?? 0);
  if (!(wanted > 0)) throw invalidRequest("The partition count must be positive.");
  const query = parseQuery(request.parent ?? "", request.structuredQuery ?? {});
  checkPartitioned(query);
  const plans = await coveredBy(context, query);
  return withView(context, request, async (view) => {
    const names = [...runQuery(await sourceOf(context, view), query, plans)].map((document) => document.name);
    const count = Math.min(wanted, names.length);
    const cuts = new Set<number>();
    for (let part = 1; part <= count; part++) cuts.add(Math.floor((part * names.length) / (count + 1)));
    cuts.delete(0);
    return { partitions: [...cuts].map((cut) => ({ values: [referenceTo(names[cut] ?? "")], before: true })) };
  });
}

/** https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#partitionqueryrequest */
function checkPartitioned({ parent, collection, allDescendants, filter, orderBys, ...rest }: ParsedQuery): void {
  if (parent.segments.length > 0) throw invalidRequest("Only a database can be the parent of a partitioned query.");
  const ascending = orderBys.length === 1 && orderBys[0]?.direction === "asc";
  const part = filter ?? rest.limit ?? rest.start ?? rest.end;
  if (!collection || !allDescendants || !ascending || part !== undefined || rest.offset > 0)
    throw invalidRequest("Only a whole collection group, ordered by name ascending, can be partitioned.");
}

function encodeToken(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function decodeToken(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
