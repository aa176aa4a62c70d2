import type { FieldPath } from "../encoding/field-path.js";
import type { Value } from "../encoding/messages.js";
import type { ResourcePath } from "../encoding/resource-path.js";

/** Comparison of one field with one value (a list for the last three). */
export type Operator =
  | "LESS_THAN"
  | "LESS_THAN_OR_EQUAL"
  | "GREATER_THAN"
  | "GREATER_THAN_OR_EQUAL"
  | "EQUAL"
  | "NOT_EQUAL"
  | "ARRAY_CONTAINS"
  | "IN"
  | "ARRAY_CONTAINS_ANY"
  | "NOT_IN";

/** A comparison of one field, as in a StructuredQuery.FieldFilter. */
export interface FieldFilter {
  type: "field";
  path: FieldPath;
  /** Canonical text of `path`. */
  field: string;
  op: Operator;
  value: Value;
  /** IS_NULL, IS_NAN and their opposites, which mean null and NaN themselves; a comparison with these finds nothing. */
  unary: boolean;
}

/** A field filter, or a composite filter over others. */
export type Filter = FieldFilter | { type: "and" | "or"; filters: Filter[] };

/** The direction of an order. */
export type Direction = "asc" | "desc";

/** One field that results are ordered by. */
export interface OrderBy {
  path: FieldPath;
  field: string;
  direction: Direction;
}

/** Where the results start or end: values for the first orders, and whether the bound lies before or after them. */
export interface Bound {
  values: readonly Value[];
  before: boolean;
}

/**
 * A query, checked and with nothing implicit left: `orderBys` always ends with the document's name.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#structuredquery
 */
export interface ParsedQuery {
  /** The document or root whose collections are searched. */
  parent: ResourcePath;
  /** The collection id; undefined searches every collection (only with allDescendants). */
  collection: string | undefined;
  allDescendants: boolean;
  filter: Filter | undefined;
  orderBys: readonly OrderBy[];
  start: Bound | undefined;
  end: Bound | undefined;
  offset: number;
  limit: number | undefined;
  select: readonly FieldPath[] | undefined;
}

/** Whether an operator is an inequality: it gives a range of values, not single ones. */
export function isInequality(op: Operator): boolean {
  return op !== "EQUAL" && op !== "IN" && op !== "ARRAY_CONTAINS" && op !== "ARRAY_CONTAINS_ANY";
}

/** Operators whose operand is a list of values. */
export function isListOperator(op: Operator): boolean {
  return op === "IN" || op === "NOT_IN" || op === "ARRAY_CONTAINS_ANY";
}

/**
 * Whether nothing can match a filter: null and NaN equal nothing and lie in no range, and nothing is known to differ
 * from null. Only the unary filters (IS_NULL and the like) look for them.
 */
export function matchesNothing({ op, value, unary }: FieldFilter): boolean {
  if (unary) return false;
  if (op === "NOT_IN") return arrayElements(value).some(isNull);
  return isNull(value) || (isNaNValue(value) && op !== "NOT_EQUAL");
}

/** Whether a filter orders the results by its field. One that matches nothing does not, except in a longer list. */
export function ordersField(filter: FieldFilter): boolean {
  const oneOfSeveral = filter.op === "NOT_IN" && arrayElements(filter.value).length > 1;
  return isInequality(filter.op) && (oneOfSeveral || !matchesNothing(filter));
}

/** Whether a value is NaN. */
export function isNaNValue(value: Value): boolean {
  return value.valueType === "doubleValue" && Number.isNaN(value.doubleValue);
}

function isNull(value: Value): boolean {
  return value.valueType === "nullValue";
}

/** Every field filter below a filter. */
export function fieldFilters(filter: Filter | undefined): FieldFilter[] {
  if (!filter) return [];
  return filter.type === "field" ? [filter] : filter.filters.flatMap(fieldFilters);
}

/** The elements of an array value; empty for any other value. */
export function arrayElements(value: Value): readonly Value[] {
  return value.valueType === "arrayValue" ? (value.arrayValue.values ?? []) : [];
}
