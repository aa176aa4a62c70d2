import {
  checkNotReserved,
  compareFieldPaths,
  type FieldPath,
  formatFieldPath,
  isNameField,
  NAME_FIELD,
  parseFieldPath,
} from "../encoding/field-path.js";
import type { CursorMessage, FieldReference, FilterMessage, StructuredQuery, Value } from "../encoding/messages.js";
import { checkDepth, checkIds, parsePath } from "../encoding/resource-path.js";
import { invalidRequest, unimplemented } from "../errors.js";
import {
  type Bound,
  type Direction,
  type Filter,
  fieldFilters,
  type Operator,
  type OrderBy,
  ordersField,
  type ParsedQuery,
} from "./parsed-query.js";
import { aggregatedAfterName, checkQuery, checkSize } from "./validate-query.js";

const OPERATORS: ReadonlySet<string> = new Set<Operator>([
  "LESS_THAN",
  "LESS_THAN_OR_EQUAL",
  "GREATER_THAN",
  "GREATER_THAN_OR_EQUAL",
  "EQUAL",
  "NOT_EQUAL",
  "ARRAY_CONTAINS",
  "IN",
  "ARRAY_CONTAINS_ANY",
  "NOT_IN",
]);

const NULL: Value = { valueType: "nullValue", nullValue: "NULL_VALUE" };
const NAN: Value = { valueType: "doubleValue", doubleValue: Number.NaN };

/**
 * Reads a StructuredQuery below `parent` (a document's name or a database root) and makes the implicit explicit:
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#structuredquery.
 * `alsoRequired` are fields that every result must have (the aggregated ones); they join the order at its end.
 * Throws INVALID_ARGUMENT for what Firestore refuses, UNIMPLEMENTED for vector search.
 */
export function parseQuery(
  parent: string,
  message: StructuredQuery,
  alsoRequired: readonly FieldPath[] = [],
): ParsedQuery {
  if (message.findNearest) throw unimplemented("Vector search (find_nearest)");
  const parentPath = parsePath(parent);
  checkDepth(parentPath);
  if (parentPath.segments.length % 2 !== 0) throw invalidRequest(`Query parent "${parent}" is not a document.`);
  const [from, ...others] = message.from ?? [];
  if (others.length > 0) throw invalidRequest("StructuredQuery.from cannot have more than one collection selector.");
  const collection = from?.collectionId || undefined;
  const allDescendants = from?.allDescendants ?? false;
  if (!collection && !allDescendants) throw invalidRequest("A query without all_descendants names a collection.");
  if (collection?.includes("/"))
    throw invalidRequest(`Collection id "${collection}" is invalid because it contains "/".`);
  checkIds({ ...parentPath, segments: [...parentPath.segments, ...(collection ? [collection] : [])] });

  const filter = message.where ? parseFilter(message.where) : undefined;
  const explicit = (message.orderBy ?? []).map(parseOrder);
  checkSize(parentPath, filter, explicit);
  const query: ParsedQuery = {
    parent: parentPath,
    collection,
    allDescendants,
    filter,
    orderBys: withImplicitOrders(explicit, filter, alsoRequired),
    start: parseCursor(message.startAt),
    end: parseCursor(message.endAt),
    offset: message.offset ?? 0,
    limit: message.limit ? (message.limit.value ?? 0) : undefined,
    select: parseProjection(message.select?.fields),
  };
  checkQuery(query, explicit);
  if (alsoRequired.length > 0) checkAggregated(query, explicit, alsoRequired);
  return query;
}

/**
 * Documents are found by their names where a filter is on names, below a document, and in every collection; and no
 * index has further fields after the name.
 */
function checkAggregated(query: ParsedQuery, explicit: readonly OrderBy[], fields: readonly FieldPath[]): void {
  if (query.select) checkProjected(query.select, fields);
  const filters = fieldFilters(query.filter);
  const { collection, allDescendants, parent } = query;
  const byName = collection === undefined || (allDescendants && parent.segments.length > 0);
  if (!byName && !filters.some((one) => isNameField(one.path))) return;
  const inequalities = filters.filter(ordersField);
  const ordered = new Set([...explicit, ...inequalities].map((one) => one.field));
  const after = fields.filter((path) => !ordered.has(formatFieldPath(path)));
  if (after.length > 0) throw aggregatedAfterName(after.map((path) => ({ path })));
}

/** No projection may stand with aggregated fields, whatever it holds. */
function checkProjected(projection: readonly FieldPath[], fields: readonly FieldPath[]): never {
  const names = new Set(projection.map(formatFieldPath));
  const missing = fields.map(formatFieldPath).find((name) => !names.has(name));
  throw invalidRequest(
    missing === undefined
      ? "Cannot apply property masks when aggregation fields are present."
      : `The aggregation property ${missing} is not present in the base query's property mask.`,
  );
}

function parseFilter(message: FilterMessage): Filter {
  if (message.compositeFilter) {
    const { op, filters = [] } = message.compositeFilter;
    if (op !== "AND" && op !== "OR") throw invalidRequest("A composite filter is AND or OR.");
    if (filters.length === 0 && op === "OR")
      throw invalidRequest("Composite filter must have at least one sub-filter.");
    return { type: op === "AND" ? "and" : "or", filters: filters.map(parseFilter) };
  }
  if (message.unaryFilter) return parseUnary(message.unaryFilter.op, parseField(message.unaryFilter.field));
  if (message.fieldFilter) {
    const { op = "", value } = message.fieldFilter;
    const path = parseField(message.fieldFilter.field);
    if (!isOperator(op)) throw invalidRequest("Unknown FieldFilter operator.");
    if (!value?.valueType) throw invalidRequest(`The filter on ${formatFieldPath(path)} has no value.`);
    return { type: "field", path, field: formatFieldPath(path), op, value, unary: false };
  }
  throw invalidRequest("A filter is composite, a field filter or unary.");
}

function parseUnary(op: string | undefined, path: FieldPath): Filter {
  const field = formatFieldPath(path);
  switch (op) {
    case "IS_NULL":
      return { type: "field", path, field, op: "EQUAL", value: NULL, unary: true };
    case "IS_NAN":
      return { type: "field", path, field, op: "EQUAL", value: NAN, unary: true };
    case "IS_NOT_NULL":
      return { type: "field", path, field, op: "NOT_EQUAL", value: NULL, unary: true };
    case "IS_NOT_NAN":
      return { type: "field", path, field, op: "NOT_EQUAL", value: NAN, unary: true };
    default:
      throw invalidRequest(`Unknown unary operator "${op}".`);
  }
}

function parseOrder(message: { field?: FieldReference; direction?: string }): OrderBy {
  const path = parseField(message.field);
  return { path, field: formatFieldPath(path), direction: message.direction === "DESCENDING" ? "desc" : "asc" };
}

/**
 * Appends the orders Firestore implies: every field of an inequality in the order of field names, then the document's
 * name, in the direction of the last explicit order.
 */
function withImplicitOrders(
  explicit: readonly OrderBy[],
  filter: Filter | undefined,
  alsoRequired: readonly FieldPath[],
): OrderBy[] {
  const direction: Direction = explicit.at(-1)?.direction ?? "asc";
  const orders = [...explicit];
  const add = (path: FieldPath): void => {
    const field = formatFieldPath(path);
    if (!orders.some((order) => order.field === field)) orders.push({ path, field, direction });
  };
  const inequalities = fieldFilters(filter).filter((one) => ordersField(one) && !isNameField(one.path));
  for (const path of inequalities.map((one) => one.path).sort(compareFieldPaths)) add(path);
  for (const path of alsoRequired.toSorted(compareFieldPaths)) add(path);
  add(NAME_FIELD);
  return orders;
}

function parseCursor(message: CursorMessage | undefined): Bound | undefined {
  return message && { values: message.values ?? [], before: message.before ?? false };
}

/** A projection of `__name__` alone means the name alone; one that is empty chooses nothing, and all is given. */
function parseProjection(fields: readonly FieldReference[] | undefined): FieldPath[] | undefined {
  return fields?.map(parseField).filter((path) => !isNameField(path));
}

function parseField(reference: FieldReference | undefined): FieldPath {
  const path = parseFieldPath(reference?.fieldPath ?? "");
  checkNotReserved(path);
  return path;
}

function isOperator(op: string): op is Operator {
  return OPERATORS.has(op);
}
