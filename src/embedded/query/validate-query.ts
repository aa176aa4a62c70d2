import { status } from "@grpc/grpc-js";
import { valueSize } from "../encoding/document-size.js";
import { isNameField } from "../encoding/field-path.js";
import type { Value } from "../encoding/messages.js";
import { parseDocumentName, type ResourcePath } from "../encoding/resource-path.js";
import { invalidRequest, StatusError } from "../errors.js";
import { toDnf } from "./dnf.js";
import {
  arrayElements,
  type Bound,
  type FieldFilter,
  type Filter,
  fieldFilters,
  isInequality,
  isListOperator,
  type OrderBy,
  ordersField,
  type ParsedQuery,
} from "./parsed-query.js";
import { checkInScope } from "./scope.js";
import { checkOperand } from "./validate-operand.js";

const MAX_IN = 30;
const MAX_NOT_IN = 10;
const MAX_DISJUNCTIONS = 30;
const MAX_PARTS = 100;
const MAX_INEQUALITY_FIELDS = 10;
/** https://firebase.google.com/docs/firestore/quotas#indexes */
const MAX_INDEXED_BYTES = 1_500;

/**
 * Refuses with INVALID_ARGUMENT a query with more than 100 filters (each value of a list is one) and orders, below a
 * document 99, or with inequalities of more than ten fields. Checked first: the cost of all other checks grows with
 * these. https://firebase.google.com/docs/firestore/quotas#indexes
 */
export function checkSize(parent: ResourcePath, filter: Filter | undefined, orders: readonly OrderBy[]): void {
  const filters = fieldFilters(filter);
  const values = filters.map(({ op, value }) => (isListOperator(op) ? arrayElements(value).length : 1));
  const parts = values.reduce((a, b) => a + b, orders.length + Math.min(parent.segments.length, 1));
  if (parts > MAX_PARTS) throw invalidRequest(`A query may have at most ${MAX_PARTS} filters and orders.`);
  const fields = new Set(filters.filter(ordersField).map(({ field }) => field));
  if (fields.size > MAX_INEQUALITY_FIELDS)
    throw invalidRequest(`A query may have inequalities of at most ${MAX_INEQUALITY_FIELDS} fields.`);
}

/**
 * Refuses with INVALID_ARGUMENT what Firestore refuses of a query:
 * https://firebase.google.com/docs/firestore/query-data/queries#query_limitations and .../or-queries#limitations.
 */
export function checkQuery(query: ParsedQuery, explicitOrders: readonly OrderBy[]): void {
  if (query.offset < 0) throw invalidRequest("The offset is negative.");
  if (query.limit !== undefined && query.limit < 0) throw invalidRequest("The limit is negative.");
  const filters = fieldFilters(query.filter);
  for (const filter of filters) checkFilter(query, filter);
  checkCombination(query.filter, filters);
  if (query.collection === undefined) checkNamesOnly(explicitOrders, filters);
  else if (query.allDescendants && query.parent.segments.length > 0) checkBelowDocument(explicitOrders, filters);
  checkNameOrder(query, explicitOrders, filters);
  const fields = explicitOrders.map((order) => order.field);
  if (new Set(fields).size < fields.length) throw invalidRequest("A field is ordered by twice.");
  for (const cursor of [query.start, query.end]) if (cursor) checkBound(query, cursor, fields.length);
}

function checkFilter(query: ParsedQuery, filter: FieldFilter): void {
  const { op, value, field } = filter;
  const list = arrayElements(value);
  checkOperand(value);
  const compared = isListOperator(op) ? list : [value];
  if (!isNameField(filter.path) && compared.some((one) => valueSize(one) > MAX_INDEXED_BYTES))
    throw invalidRequest(`What ${field} is compared with may have at most ${MAX_INDEXED_BYTES} bytes.`);
  if (isListOperator(op)) {
    if (value.valueType !== "arrayValue") throw invalidRequest(`'${op}' on ${field} needs an array value.`);
    if (list.length === 0) throw invalidRequest(`'${op}' on ${field} needs a non-empty array value.`);
    const most = op === "NOT_IN" ? MAX_NOT_IN : MAX_IN;
    if (list.length > most) throw invalidRequest(`'${op}' on ${field} supports up to ${most} comparison values.`);
  }
  if (isNameField(filter.path)) {
    if (op === "ARRAY_CONTAINS" || op === "ARRAY_CONTAINS_ANY")
      throw invalidRequest(`'${op}' cannot be used on __name__.`);
    for (const name of compared) checkNameOperand(query, name);
  }
}

function checkNameOperand(query: ParsedQuery, value: Value): void {
  if (value.valueType !== "referenceValue") throw invalidRequest("__name__ can only be compared with a reference.");
  checkInScope(query, parseDocumentName(value.referenceValue));
}

function checkCombination(filter: Filter | undefined, filters: readonly FieldFilter[]): void {
  const count = (...ops: string[]): number => filters.filter((one) => ops.includes(one.op)).length;
  if (count("NOT_IN") > 1) throw invalidRequest("Only a single 'NOT_IN' filter is allowed per query.");
  if (count("NOT_EQUAL") > 1) throw invalidRequest("Only a single 'NOT_EQUAL' filter is allowed per query.");
  if (count("NOT_IN") === 1 && count("NOT_EQUAL") === 1) {
    throw invalidRequest("'NOT_IN' and 'NOT_EQUAL' cannot be used in the same query.");
  }
  if (count("NOT_IN") === 1 && count("IN", "ARRAY_CONTAINS_ANY") > 0) {
    throw invalidRequest("'NOT_IN' cannot be combined with 'IN' or 'ARRAY_CONTAINS_ANY'.");
  }
  if (count("NOT_IN") === 1 && hasOr(filter)) throw invalidRequest("'NOT_IN' cannot be combined with 'OR'.");
  const names = filters.filter((one) => isNameField(one.path));
  const nameEquality = names.some((one) => one.op === "EQUAL" || one.op === "IN");
  const nameInequality = names.some((one) => isInequality(one.op));
  if (nameEquality && !nameInequality && filters.some((one) => isInequality(one.op))) {
    throw invalidRequest("An equality on __name__ cannot be combined with inequalities on other fields.");
  }
  if (!filter) return;
  const disjunctions = toDnf(filter, MAX_DISJUNCTIONS);
  if (!disjunctions) throw invalidRequest(`A query may have at most ${MAX_DISJUNCTIONS} disjunctions.`);
  for (const conjunction of disjunctions) {
    if (conjunction.filter((one) => one.op === "ARRAY_CONTAINS").length > 1) {
      throw invalidRequest("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
    }
  }
}

/** No index holds the fields of every collection. */
function checkNamesOnly(orders: readonly OrderBy[], filters: readonly FieldFilter[]): void {
  if (![...orders, ...filters].every((one) => isNameField(one.path)) || orders.some((one) => one.direction === "desc"))
    throw invalidRequest("Without a collection only names can be filtered by, and ordered by in ascending order.");
}

/** Groups are indexed over the whole database. */
function checkBelowDocument(orders: readonly OrderBy[], filters: readonly FieldFilter[]): void {
  if (![...orders, ...filters].every((one) => isNameField(one.path)))
    throw invalidRequest("Below a document, a collection group can be filtered and ordered by names only.");
}

/** The name ends every order; and names are indexed in ascending order only. */
function checkNameOrder(query: ParsedQuery, explicitOrders: readonly OrderBy[], filters: readonly FieldFilter[]): void {
  const [first] = query.orderBys;
  const inequalities = filters.filter(ordersField);
  const wanted = new Set([...explicitOrders, ...inequalities].map((one) => one.field));
  const afterName = query.orderBys.slice(query.orderBys.findIndex((order) => isNameField(order.path)) + 1);
  if (afterName.some((order) => wanted.has(order.field))) {
    throw invalidRequest("Nothing can be ordered by after __name__, explicitly or by an inequality.");
  }
  // With an equality the index of that field can be read from its end.
  const equalityValue = filters.some((one) => !ordersField(one) && !isNameField(one.path));
  if (first && isNameField(first.path) && first.direction === "desc" && !equalityValue) {
    throw new StatusError(status.FAILED_PRECONDITION, "Firestore does not scan all names in descending order.");
  }
  if (afterName.length > 0) throw invalidRequest("Fields cannot be aggregated in the order of __name__.");
}

function hasOr(filter: Filter | undefined): boolean {
  return filter !== undefined && filter.type !== "field" && (filter.type === "or" || filter.filters.some(hasOr));
}

function checkBound(query: ParsedQuery, cursor: Bound, most: number): void {
  if (cursor.values.length > most) throw invalidRequest("The cursor has too many values.");
  cursor.values.forEach((value, index) => {
    checkOperand(value);
    const order = query.orderBys[index];
    if (order && isNameField(order.path)) checkNameOperand(query, value);
  });
}
