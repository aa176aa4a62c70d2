import { isNameField } from "../encoding/field-path.js";
import { fieldAt } from "../encoding/fields.js";
import type {
  Consistency,
  CursorMessage,
  Document,
  DocumentMask,
  Fields,
  StructuredQuery,
} from "../encoding/messages.js";
import { compareText, compareValues, referenceTo } from "../encoding/ordered-encoding.js";
import { deserializeCursor, serializeCursor } from "../encoding/protobuf.js";
import { formatPath, parsePath } from "../encoding/resource-path.js";
import { invalidRequest } from "../errors.js";
import { missingIndexError } from "../query/missing-index.js";
import { parseQuery } from "../query/parse-query.js";
import type { ParsedQuery } from "../query/parsed-query.js";
import { type ConjunctionPlan, planQuery } from "../query/planner.js";
import { type QuerySource, runQuery } from "../query/run-query.js";
import { collectionIdsBelow, nonEmptyCollectionsBelow } from "../storage/collections.js";
import { fieldsOf, findDocument, type StoredDocument } from "../storage/documents.js";
import { readList } from "../txn/read-set.js";
import type { ServiceContext } from "./context.js";
import { parseOrderBy } from "./order-by.js";
import { maskedMessage, parseMask, withView } from "./read-views.js";
import { coveredBy, sourceOf } from "./run-queries.js";

type OrderMessage = NonNullable<StructuredQuery["orderBy"]>[number];

interface ListDocumentsRequest extends Consistency {
  parent?: string;
  collectionId?: string;
  pageSize?: number;
  pageToken?: string;
  orderBy?: string;
  mask?: DocumentMask;
  showMissing?: boolean;
}

/**
 * A document, or the name of one that only has sub-collections.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#listdocumentsrequest
 */
type Listed = StoredDocument | { name: string };

/** How one page and the first document after it are found, and in which order. */
interface List {
  /** Looks wherever `find` does. */
  query: ParsedQuery;
  find(source: QuerySource): Iterable<Listed>;
}

const LARGEST_PAGE = 300;

/**
 * ListDocuments: a collection's documents by name or in an order of the request, page by page. `showMissing` adds those
 * that only have sub-collections, without fields and times. Without a collection: of all those directly below the
 * parent.
 */
export async function listDocuments(
  context: ServiceContext,
  request: ListDocumentsRequest,
): Promise<{ documents: Document[]; nextPageToken?: string }> {
  const pageSize = pageSizeOf(request.pageSize);
  if (request.showMissing && !request.collectionId)
    throw invalidRequest("collection id must be set when show_missing is true");
  if (request.showMissing && request.orderBy) throw invalidRequest("cannot specify an order when show_missing is true");
  const mask = parseMask(request.mask);
  const orderBy = withName(parseOrderBy(request.orderBy ?? ""));
  const message: StructuredQuery = { orderBy, limit: { value: pageSize + 1 } };
  if (request.pageToken) message.startAt = readToken(request.pageToken);
  const list = request.collectionId
    ? await ofCollection(context, request, message)
    : ofAllCollections(context, request, message);
  return withView(context, request, async (view) => {
    const source = await sourceOf(context, view);
    const found = view.transaction
      ? readList(view.transaction.reads, source, list.query, list.find)
      : [...list.find(source)];
    const documents = found
      .slice(0, pageSize)
      .map((one) => ("bytes" in one ? maskedMessage(one, mask) : { name: one.name }));
    const last = found[pageSize - 1];
    return { documents, ...(found.length > pageSize && last ? { nextPageToken: tokenAfter(last, list.query) } : {}) };
  });
}

/** An order that ends with the name, as it always does, in words: only then may a page token hold one. */
function withName(orderBy: OrderMessage[]): OrderMessage[] {
  if (orderBy.some(({ field }) => field?.fieldPath === "__name__")) return orderBy;
  return [...orderBy, { field: { fieldPath: "__name__" }, direction: orderBy.at(-1)?.direction ?? "ASCENDING" }];
}

/** The size of a page that a request asks for, within bounds. Throws INVALID_ARGUMENT when it is negative. */
export function pageSizeOf(requested: number | undefined): number {
  if ((requested ?? 0) < 0) throw invalidRequest("Page size must be nonnegative.");
  return Math.min(requested || LARGEST_PAGE, LARGEST_PAGE);
}

async function ofCollection(
  context: ServiceContext,
  { parent = "", collectionId, showMissing }: ListDocumentsRequest,
  message: StructuredQuery,
): Promise<List> {
  const query = checkedStart(parseQuery(parent, { ...message, from: [{ collectionId: collectionId ?? "" }] }));
  const plans = await coveredBy(context, query);
  if (!showMissing) return { query, find: (source) => runQuery(source, query, plans) };
  return { query: everythingBelow(parent), find: (source) => withMissing(source, query, plans) };
}

/** The documents of a collection and those that only exist as the parents of others, by name. */
function withMissing(source: QuerySource, query: ParsedQuery, plans: readonly ConjunctionPlan[]): Listed[] {
  const { root, segments } = query.parent;
  const collection = { root, segments: [...segments, query.collection ?? ""] };
  const [start] = query.start?.values ?? [];
  const below = nonEmptyCollectionsBelow(source.connection, collection);
  const names = new Set(
    below.map((path) => formatPath({ root, segments: path.segments.slice(0, segments.length + 2) })),
  );
  const missing = [...names]
    .filter((name) => !start || compareValues(referenceTo(name), start) > 0)
    .filter((name) => !findDocument(source.connection, source.names, parsePath(name)))
    .map((name) => ({ name }));
  return [...runQuery(source, query, plans), ...missing].sort(byName);
}

/** One collection after the other, as documents are ordered by name. */
function ofAllCollections(
  context: ServiceContext,
  { parent = "" }: ListDocumentsRequest,
  message: StructuredQuery,
): List {
  const { startAt, ...fromStart } = message;
  const orders = message.orderBy ?? [];
  if (orders.some(({ field, direction }) => field?.fieldPath !== "__name__" || direction === "DESCENDING")) {
    throw invalidRequest("kind is required for all orders except __key__ ascending");
  }
  const query = checkedStart(everythingBelow(parent, message));
  const [start] = query.start?.values ?? [];
  const first = start?.valueType === "referenceValue" ? collectionBelow(query, start.referenceValue) : "";
  return {
    query,
    *find(source) {
      let left = query.limit ?? 0;
      for (const collectionId of collectionIdsBelow(source.connection, query.parent)) {
        if (compareText(collectionId, first) < 0) continue;
        const from = [{ collectionId }];
        const rest = collectionId === first ? message : fromStart;
        const part = parseQuery(parent, { ...rest, from, limit: { value: left } });
        const plan = planQuery(part, context.store.rules());
        if (!plan.covered) throw missingIndexError(query.parent.root, plan.missing);
        for (const document of runQuery(source, part, plan.conjunctions)) {
          left--;
          yield document;
        }
        if (left === 0) return;
      }
    },
  };
}

/** A query whose result changes with whatever is below `parent`. */
function everythingBelow(parent: string, message: StructuredQuery = {}): ParsedQuery {
  return parseQuery(parent, { ...message, from: [{ allDescendants: true }] });
}

function collectionBelow({ parent }: ParsedQuery, name: string): string {
  return parsePath(name).segments[parent.segments.length] ?? "";
}

function tokenAfter(last: Listed, { orderBys }: ParsedQuery): string {
  const fields: Fields = "bytes" in last ? fieldsOf(last) : {};
  const values = orderBys.map(
    ({ path }) => (isNameField(path) ? undefined : fieldAt(fields, path)) ?? referenceTo(last.name),
  );
  return serializeCursor({ values, before: false });
}

/** Refuses a token that does not say where to start in every part of the order; too much is refused with the query. */
function checkedStart(query: ParsedQuery): ParsedQuery {
  if (query.start && query.start.values.length < query.orderBys.length) {
    throw invalidRequest("The page token belongs to a list in another order.");
  }
  return query;
}

function readToken(token: string): CursorMessage {
  try {
    return deserializeCursor(token);
  } catch {
    throw invalidRequest("invalid page token");
  }
}

function byName(a: Listed, b: Listed): number {
  return compareValues(referenceTo(a.name), referenceTo(b.name));
}
