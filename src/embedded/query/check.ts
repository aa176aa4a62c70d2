import { status } from "@grpc/grpc-js";
import { isNameField } from "../encoding/field-path.js";
import type { Value } from "../encoding/messages.js";
import { parseDocumentName, type ResourcePath } from "../encoding/resource-path.js";
import { valueSize } from "../encoding/size.js";
import { invalidArgument, StatusError } from "../errors.js";
import {
  arrayElements,
  type Cursor,
  type FieldFilter,
  type Filter,
  fieldFilters,
  isInequality,
  isListOperator,
  type Order,
  ordersField,
  type Query,
} from "./ast.js";
import { disjunctionsOf } from "./disjunctions.js";
import { checkOperand } from "./operands.js";
import { checkInScope } from "./scope.js";

const MAX_IN = 30;
const MAX_NOT_IN = 10;
const MAX_DISJUNCTIONS = 30;
const MAX_PARTS = 100;
const MAX_INEQUALITY_FIELDS = 10;
/** https://firebase.google.com/docs/firestore/quotas#indexes */
const MAX_INDEXED_BYTES = 1_500;

/**
 * Refuses with INVALID_ARGUMENT a query with more than 100 filters (each value of a list is one) and orders, below a
 * document 99, or with inequalities of more than ten fields. To be asked first: the work of all else grows with these.
 * https://firebase.google.com/docs/firestore/quotas#indexes
 */
export function checkSize(parent: ResourcePath, filter: Filter | undefined, orders: readonly Order[]): void {
  const filters = fieldFilters(filter);
  const values = filters.map(({ op, value }) => (isListOperator(op) ? arrayElements(value).length : 1));
  const parts = values.reduce((a, b) => a + b, orders.length + Math.min(parent.segments.length, 1));
  if (parts > MAX_PARTS) throw invalidArgument(`A query may have at most ${MAX_PARTS} filters and orders.`);
  const fields = new Set(filters.filter(ordersField).map(({ field }) => field));
  if (fields.size > MAX_INEQUALITY_FIELDS)
    throw invalidArgument(`A query may have inequalities of at most ${MAX_INEQUALITY_FIELDS} fields.`);
}

/**
 * Refuses with INVALID_ARGUMENT what Firestore refuses of a query:
 * https://firebase.google.com/docs/firestore/query-data/queries#query_limitations and .../or-queries#limitations.
 */
export function checkQuery(query: Query, explicitOrders: readonly Order[]): void {
  if (query.offset < 0) throw invalidArgument("The offset is negative.");
  if (query.limit !== undefined && query.limit < 0) throw invalidArgument("The limit is negative.");
  const filters = fieldFilters(query.filter);
  for (const filter of filters) checkFilter(query, filter);
  checkCombination(query.filter, filters);
  if (query.collection === undefined) checkNamesOnly(explicitOrders, filters);
  else if (query.allDescendants && query.parent.segments.length > 0) checkBelowDocument(explicitOrders, filters);
  checkNameOrder(query, explicitOrders, filters);
  const fields = explicitOrders.map((order) => order.field);
  if (new Set(fields).size < fields.length) throw invalidArgument("A field is ordered by twice.");
  for (const cursor of [query.start, query.end]) if (cursor) checkCursor(query, cursor, fields.length);
}

function checkFilter(query: Query, filter: FieldFilter): void {
  const { op, value, field } = filter;
  const list = arrayElements(value);
  checkOperand(value);
  const compared = isListOperator(op) ? list : [value];
  if (!isNameField(filter.path) && compared.some((one) => valueSize(one) > MAX_INDEXED_BYTES))
    throw invalidArgument(`What ${field} is compared with may have at most ${MAX_INDEXED_BYTES} bytes.`);
  if (isListOperator(op)) {
    if (value.valueType !== "arrayValue") throw invalidArgument(`'${op}' on ${field} needs an array value.`);
    if (list.length === 0) throw invalidArgument(`'${op}' on ${field} needs a non-empty array value.`);
    const most = op === "NOT_IN" ? MAX_NOT_IN : MAX_IN;
    if (list.length > most) throw invalidArgument(`'${op}' on ${field} supports up to ${most} comparison values.`);
  }
  if (isNameField(filter.path)) {
    if (op === "ARRAY_CONTAINS" || op === "ARRAY_CONTAINS_ANY")
      throw invalidArgument(`'${op}' cannot be used on __name__.`);
    for (const name of compared) checkNameOperand(query, name);
  }
}

function checkNameOperand(query: Query, value: Value): void {
  if (value.valueType !== "referenceValue") throw invalidArgument("__name__ can only be compared with a reference.");
  checkInScope(query, parseDocumentName(value.referenceValue));
}

function checkCombination(filter: Filter | undefined, filters: readonly FieldFilter[]): void {
  const count = (...ops: string[]): number => filters.filter((one) => ops.includes(one.op)).length;
  if (count("NOT_IN") > 1) throw invalidArgument("Only a single 'NOT_IN' filter is allowed per query.");
  if (count("NOT_EQUAL") > 1) throw invalidArgument("Only a single 'NOT_EQUAL' filter is allowed per query.");
  if (count("NOT_IN") === 1 && count("NOT_EQUAL") === 1) {
    throw invalidArgument("'NOT_IN' and 'NOT_EQUAL' cannot be used in the same query.");
  }
  if (count("NOT_IN") === 1 && count("IN", "ARRAY_CONTAINS_ANY") > 0) {
    throw invalidArgument("'NOT_IN' cannot be combined with 'IN' or 'ARRAY_CONTAINS_ANY'.");
  }
  if (count("NOT_IN") === 1 && hasOr(filter)) throw invalidArgument("'NOT_IN' cannot be combined with 'OR'.");
  const names = filters.filter((one) => isNameField(one.path));
  const pinsName = names.some((one) => one.op === "EQUAL" || one.op === "IN");
  const rangesName = names.some((one) => isInequality(one.op));
  if (pinsName && !rangesName && filters.some((one) => isInequality(one.op))) {
    throw invalidArgument("An equality on __name__ cannot be combined with inequalities on other fields.");
  }
  if (!filter) return;
  const disjunctions = disjunctionsOf(filter, MAX_DISJUNCTIONS);
  if (!disjunctions) throw invalidArgument(`A query may have at most ${MAX_DISJUNCTIONS} disjunctions.`);
  for (const conjunction of disjunctions) {
    if (conjunction.filter((one) => one.op === "ARRAY_CONTAINS").length > 1) {
      throw invalidArgument("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
    }
  }
}

/** No index holds the fields of every collection. */
function checkNamesOnly(orders: readonly Order[], filters: readonly FieldFilter[]): void {
  if (![...orders, ...filters].every((one) => isNameField(one.path)) || orders.some((one) => one.direction === "desc"))
    throw invalidArgument("Without a collection only names can be filtered by, and ordered by in ascending order.");
}

/** Groups are indexed over the whole database. */
function checkBelowDocument(orders: readonly Order[], filters: readonly FieldFilter[]): void {
  if (![...orders, ...filters].every((one) => isNameField(one.path)))
    throw invalidArgument("Below a document, a collection group can be filtered and ordered by names only.");
}

/** The name ends every order; and names are kept in ascending order only. */
function checkNameOrder(query: Query, explicitOrders: readonly Order[], filters: readonly FieldFilter[]): void {
  const [first] = query.orders;
  const inequalities = filters.filter(ordersField);
  const wanted = new Set([...explicitOrders, ...inequalities].map((one) => one.field));
  const afterName = query.orders.slice(query.orders.findIndex((order) => isNameField(order.path)) + 1);
  if (afterName.some((order) => wanted.has(order.field))) {
    throw invalidArgument("Nothing can be ordered by after __name__, explicitly or by an inequality.");
  }
  // With an equality the index of that field can be read from its end.
  const pinned = filters.some((one) => !ordersField(one) && !isNameField(one.path));
  if (first && isNameField(first.path) && first.direction === "desc" && !pinned) {
    throw new StatusError(status.FAILED_PRECONDITION, "Firestore does not scan all names in descending order.");
  }
  if (afterName.length > 0) throw invalidArgument("Fields cannot be aggregated in the order of __name__.");
}

function hasOr(filter: Filter | undefined): boolean {
  return filter !== undefined && filter.type !== "field" && (filter.type === "or" || filter.filters.some(hasOr));
}

function checkCursor(query: Query, cursor: Cursor, most: number): void {
  if (cursor.values.length > most) throw invalidArgument("The cursor has too many values.");
  cursor.values.forEach((value, index) => {
    checkOperand(value);
    const order = query.orders[index];
    if (order && isNameField(order.path)) checkNameOperand(query, value);
  });
}
