import { status } from "@grpc/grpc-js";
import { valueSize } from "../encoding/document-size.js";
import { type FieldPath, formatFieldPath, isNameField } from "../encoding/field-path.js";
import type { Value } from "../encoding/messages.js";
import { parseDocumentName, type ResourcePath } from "../encoding/resource-path.js";
import { invalidRequest, StatusError } from "../errors.js";
import { countDisjunctions, toDnf } from "./dnf.js";
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
/** Production says the first sentence, and names an index that does not help; the emulator says the second one. */
const NO_SUCH_INDEX =
  "The query requires an index. There is none: collection group queries are only allowed if they're at the root or " +
  "they're an ascending primary key scan";

/*
 * The words are those of production, as outside suites recorded them (skunkteam/rust-firestore-emulator, test-suite;
 * firebase-js-sdk, test/integration), else those of the official emulator: clients compare them.
 */

/**
 * Refuses with INVALID_ARGUMENT a query with more than 100 filters (each value of a list is one) and orders, below a
 * document 99, or with inequalities of more than ten fields. Checked first: the cost of all other checks grows with
 * these. https://firebase.google.com/docs/firestore/quotas#indexes
 */
export function checkSize(parent: ResourcePath, filter: Filter | undefined, orders: readonly OrderBy[]): void {
  const filters = fieldFilters(filter);
  const values = filters.map(({ op, value }) => (isListOperator(op) ? arrayElements(value).length : 1));
  const count = values.reduce((a, b) => a + b, 0);
  const below = parent.segments.length > 0;
  if (count + orders.length + (below ? 1 : 0) > MAX_PARTS)
    throw invalidRequest(
      `The query may not have more than ${MAX_PARTS} filters + sort orders + ancestor total. Currently there are ` +
        `${count} filters, ${orders.length} sort orders, and ${below ? "one" : "no"} ancestor filter.`,
    );
  const fields = new Set(filters.filter(ordersField).map(({ path }) => keyed(path)));
  if (fields.size > MAX_INEQUALITY_FIELDS)
    throw invalidRequest(
      `The query contains ${fields.size} distinct inequality fields: [${[...fields].join(", ")}]. A query may not have ` +
        `more than ${MAX_INEQUALITY_FIELDS} distinct inequality fields.`,
    );
}

/**
 * Refuses with INVALID_ARGUMENT what Firestore refuses of a query:
 * https://firebase.google.com/docs/firestore/query-data/queries#query_limitations and .../or-queries#limitations.
 */
export function checkQuery(query: ParsedQuery, explicitOrders: readonly OrderBy[]): void {
  if (query.offset < 0) throw invalidRequest("offset is negative");
  if (query.limit !== undefined && query.limit < 0) throw invalidRequest("limit is negative");
  const filters = fieldFilters(query.filter);
  for (const filter of filters) checkFilter(query, filter);
  checkCombination(query.filter, filters);
  if (query.allDescendants && query.parent.segments.length > 0) checkBelowDocument(explicitOrders, filters);
  if (query.collection === undefined) checkNamesOnly(explicitOrders, filters);
  checkNameOrder(query, explicitOrders, filters);
  const twice = explicitOrders.find(({ field }, at) => explicitOrders.findIndex((one) => one.field === field) < at);
  if (twice) throw invalidRequest(`order by clause cannot contain duplicate fields ${keyed(twice.path)}`);
  for (const cursor of [query.start, query.end]) if (cursor) checkBound(query, cursor, explicitOrders.length);
}

function checkFilter(query: ParsedQuery, filter: FieldFilter): void {
  const { op, value, field } = filter;
  const list = arrayElements(value);
  checkOperand(value);
  const compared = isListOperator(op) ? list : [value];
  if (!isNameField(filter.path) && compared.some((one) => valueSize(one) > MAX_INDEXED_BYTES))
    throw invalidRequest(`value for ${field} is too large to be used in a query`);
  if (isListOperator(op)) {
    if (value.valueType !== "arrayValue") throw invalidRequest(`'${op}' requires an ArrayValue.`);
    if (list.length === 0) throw invalidRequest(`'${op}' requires an non-empty ArrayValue.`);
    const most = op === "NOT_IN" ? MAX_NOT_IN : MAX_IN;
    if (list.length > most) throw invalidRequest(`'${op}' supports up to ${most} comparison values.`);
  }
  if (isNameField(filter.path)) {
    if (op === "ARRAY_CONTAINS" || op === "ARRAY_CONTAINS_ANY") throw invalidRequest("the name __key__ is reserved");
    for (const name of compared) checkName(query, name, "filter");
  }
}

function checkName(query: ParsedQuery, value: Value, use: "filter" | "cursor"): void {
  if (value.valueType !== "referenceValue")
    throw invalidRequest(
      use === "filter" ? "__key__ filter value must be a Key" : "Cursor __key__ value is not a document reference.",
    );
  const name = parseDocumentName(value.referenceValue);
  if (use === "cursor" && name.root !== query.parent.root)
    throw invalidRequest("The cursor key is in a different database than the query");
  checkInScope(query, name);
}

function checkCombination(filter: Filter | undefined, filters: readonly FieldFilter[]): void {
  const count = (...ops: string[]): number => filters.filter((one) => ops.includes(one.op)).length;
  if (count("NOT_IN", "NOT_EQUAL") > 1) {
    throw invalidRequest(
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    );
  }
  if (count("NOT_IN") === 1 && (count("IN", "ARRAY_CONTAINS_ANY") > 0 || hasOr(filter))) {
    throw invalidRequest("'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.");
  }
  const names = filters.filter((one) => isNameField(one.path));
  const nameEquality = names.some((one) => one.op === "EQUAL" || one.op === "IN");
  const nameInequality = names.some((one) => isInequality(one.op));
  if (nameEquality && !nameInequality && filters.some((one) => isInequality(one.op))) {
    throw invalidRequest(
      "Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.",
    );
  }
  if (!filter) return;
  const disjunctions = toDnf(filter, MAX_DISJUNCTIONS);
  if (!disjunctions)
    throw invalidRequest(
      `Too many disjunctions after normalization. Result had ${countDisjunctions(filter)} disjunctions which is more than the ` +
        `maximum of ${MAX_DISJUNCTIONS}`,
    );
  for (const conjunction of disjunctions) {
    if (conjunction.filter((one) => one.op === "ARRAY_CONTAINS").length > 1) {
      throw invalidRequest("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
    }
  }
}

/** No index holds the fields of every collection. */
function checkNamesOnly(orders: readonly OrderBy[], filters: readonly FieldFilter[]): void {
  const filter = filters.find((one) => !isNameField(one.path));
  if (filter) throw invalidRequest(`kind is required for filter: ${filter.field}`);
  if (orders.some((one) => !isNameField(one.path) || one.direction === "desc"))
    throw invalidRequest("kind is required for all orders except __key__ ascending");
}

/** Groups are indexed over the whole database. */
function checkBelowDocument(orders: readonly OrderBy[], filters: readonly FieldFilter[]): void {
  if (![...orders, ...filters].every((one) => isNameField(one.path)))
    throw invalidRequest("collection group queries are only allowed at the root parent");
}

/** The name ends every order; and names are indexed in ascending order only. */
function checkNameOrder(query: ParsedQuery, explicitOrders: readonly OrderBy[], filters: readonly FieldFilter[]): void {
  const [first] = query.orderBys;
  const inequalities = filters.filter(ordersField);
  const wanted = new Set([...explicitOrders, ...inequalities].map((one) => one.field));
  const afterName = query.orderBys.slice(query.orderBys.findIndex((order) => isNameField(order.path)) + 1);
  if (afterName.some((order) => wanted.has(order.field))) {
    throw invalidRequest("order by clause cannot contain more fields after the key");
  }
  // With an equality the index of that field can be read from its end.
  const equalityValue = filters.some((one) => !ordersField(one) && !isNameField(one.path));
  if (first && isNameField(first.path) && first.direction === "desc" && !equalityValue) {
    const why =
      query.allDescendants && query.parent.segments.length > 0
        ? NO_SUCH_INDEX
        : "Firestore does not support descending key scans";
    throw new StatusError(status.FAILED_PRECONDITION, why);
  }
  if (afterName.length > 0) throw aggregatedAfterName(afterName);
}

/** Refuses to aggregate fields that no index has, because it would end with them after the name. */
export function aggregatedAfterName(fields: readonly { path: FieldPath }[]): StatusError {
  const names = fields.map(({ path }) => keyed(path)).join(", ");
  return invalidRequest(
    `This query requires an index with fields [${names}] after __name__ and Firestore does not currently support such ` +
      "an index. Please try the query again with additional ordering on those fields.",
  );
}

/** A field as production calls it in its messages. */
function keyed(path: FieldPath): string {
  return isNameField(path) ? "__key__" : formatFieldPath(path);
}

function hasOr(filter: Filter | undefined): boolean {
  return filter !== undefined && filter.type !== "field" && (filter.type === "or" || filter.filters.some(hasOr));
}

function checkBound(query: ParsedQuery, cursor: Bound, most: number): void {
  if (cursor.values.length > most) throw invalidRequest("Cursor has too many values.");
  cursor.values.forEach((value, index) => {
    checkOperand(value);
    const order = query.orderBys[index];
    if (order && isNameField(order.path)) checkName(query, value, "cursor");
  });
}
