import { invalidArgument, unimplemented } from "../errors.js";
import { checkIds, formatPath, parsePath, type ResourcePath } from "../paths/names.js";
import type { Consistency, CursorMessage, Document, DocumentMask, StructuredQuery, Value } from "../protocol/types.js";
import type { Query } from "../queries/ast.js";
import { parseQuery } from "../queries/parse.js";
import { runQuery } from "../queries/run.js";
import { nonEmptyCollectionsBelow } from "../storage/collections.js";
import { findDocument } from "../storage/documents.js";
import { compareValues } from "../values/order.js";
import type { ServiceContext } from "./context.js";
import { coveredBy, sourceOf } from "./queries.js";
import { maskedMessage, type View, withView } from "./reads.js";

interface ListDocumentsRequest extends Consistency {
  parent?: string;
  collectionId?: string;
  pageSize?: number;
  pageToken?: string;
  orderBy?: string;
  mask?: DocumentMask;
  showMissing?: boolean;
}

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

const LARGEST_PAGE = 300;

/**
 * ListDocuments: a collection's documents by name, page by page. `showMissing` adds those that only have
 * sub-collections, without fields and times.
 */
export async function listDocuments(
  context: ServiceContext,
  request: ListDocumentsRequest,
): Promise<{ documents: Document[]; nextPageToken?: string }> {
  if (!request.collectionId) throw unimplemented("Listing the documents of all collections");
  if (request.transaction || request.newTransaction) throw unimplemented("ListDocuments in a transaction");
  if (request.orderBy) throw unimplemented("ListDocuments with order_by");
  const pageSize = pageSizeOf(request.pageSize);
  const message: StructuredQuery = { from: [{ collectionId: request.collectionId }], limit: { value: pageSize + 1 } };
  if (request.pageToken) message.startAt = { values: [reference(decodeToken(request.pageToken))], before: false };
  const query = parseQuery(request.parent ?? "", message);
  const plans = await coveredBy(context, query);
  return withView(context, request, async (view) => {
    const found = [...runQuery(await sourceOf(context, view), query, plans)];
    const documents = found.map((document) => maskedMessage(document, request.mask));
    if (request.showMissing) documents.push(...missingDocuments(context, view, query, request.pageToken));
    documents.sort((a, b) => compareValues(reference(a.name ?? ""), reference(b.name ?? "")));
    const page = documents.slice(0, pageSize);
    const last = page.at(-1)?.name;
    return { documents: page, ...(documents.length > pageSize && last ? { nextPageToken: encodeToken(last) } : {}) };
  });
}

/** ListCollectionIds: the ids of collections directly below a document or the root that hold anything. */
export async function listCollectionIds(
  context: ServiceContext,
  request: ListCollectionIdsRequest,
): Promise<{ collectionIds: string[]; nextPageToken?: string }> {
  const parent = parsePath(request.parent ?? "");
  if (parent.segments.length % 2 !== 0) throw invalidArgument("The parent is not a document.");
  checkIds(parent);
  const pageSize = pageSizeOf(request.pageSize);
  const after = request.pageToken ? decodeToken(request.pageToken) : undefined;
  return withView(context, request, async (view) => {
    const depth = parent.segments.length;
    const ids = new Set(nonEmptyCollectionsBelow(view.connection, parent).map((path) => path.segments[depth] ?? ""));
    const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const rest = after === undefined ? sorted : sorted.slice(sorted.indexOf(after) + 1);
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
  if (!(wanted > 0)) throw invalidArgument("The partition count must be positive.");
  const query = parseQuery(request.parent ?? "", request.structuredQuery ?? {});
  if (!query.allDescendants || query.filter)
    throw invalidArgument("Only a collection group without filters can be partitioned.");
  const plans = await coveredBy(context, query);
  return withView(context, request, async (view) => {
    const names = [...runQuery(await sourceOf(context, view), query, plans)].map((document) => document.name);
    const cuts = new Set<number>();
    for (let part = 1; part <= wanted; part++) cuts.add(Math.floor((part * names.length) / (wanted + 1)));
    cuts.delete(0);
    return { partitions: [...cuts].map((cut) => ({ values: [reference(names[cut] ?? "")], before: true })) };
  });
}

/** Documents that only exist as the parents of others, behind the page's start. */
function missingDocuments(context: ServiceContext, view: View, query: Query, after: string | undefined): Document[] {
  const { root, segments } = query.parent;
  const collection: ResourcePath = { root, segments: [...segments, query.collection ?? ""] };
  const depth = collection.segments.length + 1;
  const start = after ? reference(decodeToken(after)) : undefined;
  const names = new Set(
    nonEmptyCollectionsBelow(view.connection, collection).map((path) =>
      formatPath({ root, segments: path.segments.slice(0, depth) }),
    ),
  );
  return [...names]
    .filter((name) => !start || compareValues(reference(name), start) > 0)
    .filter((name) => !findDocument(view.connection, context.names, parsePath(name)))
    .map((name) => ({ name }));
}

function reference(name: string): Value {
  return { valueType: "referenceValue", referenceValue: name };
}

function pageSizeOf(requested: number | undefined): number {
  if ((requested ?? 0) < 0) throw invalidArgument("The page size is negative.");
  return Math.min(requested || LARGEST_PAGE, LARGEST_PAGE);
}

function encodeToken(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function decodeToken(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
