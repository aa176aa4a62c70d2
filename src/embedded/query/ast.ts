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

export type Filter = FieldFilter | { type: "and" | "or"; filters: Filter[] };

export type Direction = "asc" | "desc";

export interface Order {
  path: FieldPath;
  field: string;
  direction: Direction;
}

export interface Cursor {
  values: readonly Value[];
  before: boolean;
}

/**
 * A query, checked and with nothing implicit left: `orders` always ends with the document's name.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#structuredquery
 */
export interface Query {
  /** The document (or root) below which is searched. */
  parent: ResourcePath;
  /** The collection id; undefined searches every collection (only with allDescendants). */
  collection: string | undefined;
  allDescendants: boolean;
  filter: Filter | undefined;
  orders: readonly Order[];
  start: Cursor | undefined;
  end: Cursor | undefined;
  offset: number;
  limit: number | undefined;
  select: readonly FieldPath[] | undefined;
}

/** Operators that order a field instead of pinning it to values. */
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
