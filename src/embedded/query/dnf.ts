import { serializeFields } from "../encoding/protobuf.js";
import { arrayElements, type FieldFilter, type Filter } from "./parsed-query.js";

/** Filters that must all hold. IN and ARRAY_CONTAINS_ANY do not occur: each of their values is a disjunction. */
export type Conjunction = readonly FieldFilter[];

/** A bound on work, not on queries: a filter that would expand to more is over every limit. */
const MOST_EXPANDED = 2_000;

/**
 * The disjunctive normal form of a filter: a document matches when it matches one of the conjunctions. Undefined when
 * there would be more than `most` of them, not counting those that say the same.
 * https://firebase.google.com/docs/firestore/query-data/queries#or_queries
 */
export function toDnf(filter: Filter | undefined, most: number): Conjunction[] | undefined {
  if (!filter) return [[]];
  const count = countOf(filter);
  if (count > MOST_EXPANDED) return undefined;
  const expanded = expand(filter);
  if (count <= most) return expanded;
  const distinct = distinctOf(expanded);
  return distinct.length > most ? undefined : distinct;
}

/** How many disjunctions a filter has; those that say the same are one, unless there are very many. */
export function countDisjunctions(filter: Filter): number {
  const count = countOf(filter);
  return count > MOST_EXPANDED ? count : distinctOf(expand(filter)).length;
}

function distinctOf(conjunctions: readonly Conjunction[]): Conjunction[] {
  return [...new Map(conjunctions.map((one) => [identity(one), one])).values()];
}

/** Equal for filters that say the same in the same words: 1 and 1.0 are two values here. */
function identity(conjunction: Conjunction): string {
  const filters = conjunction.map(
    ({ field, op, value, unary }) => `${unary} ${op} ${field} ${serializeFields({ value }).toString("latin1")}`,
  );
  return [...new Set(filters)].sort().join();
}

function countOf(filter: Filter): number {
  if (filter.type === "field") return isList(filter) ? arrayElements(filter.value).length : 1;
  const counts = filter.filters.map(countOf);
  return filter.type === "and" ? counts.reduce((a, b) => a * b, 1) : counts.reduce((a, b) => a + b, 0);
}

function expand(filter: Filter): Conjunction[] {
  if (filter.type === "field") return expandField(filter);
  if (filter.type === "or") return filter.filters.flatMap(expand);
  return filter.filters
    .map(expand)
    .reduce<Conjunction[]>((left, right) => left.flatMap((a) => right.map((b) => [...a, ...b])), [[]]);
}

function expandField(filter: FieldFilter): Conjunction[] {
  if (!isList(filter)) return [[filter]];
  const op = filter.op === "IN" ? "EQUAL" : "ARRAY_CONTAINS";
  return arrayElements(filter.value).map((value) => [{ ...filter, op, value }]);
}

function isList(filter: FieldFilter): boolean {
  return filter.op === "IN" || filter.op === "ARRAY_CONTAINS_ANY";
}
