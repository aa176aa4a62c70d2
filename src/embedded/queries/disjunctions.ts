import { arrayElements, type FieldFilter, type Filter } from "./ast.js";

/** Filters that must all hold. IN and ARRAY_CONTAINS_ANY do not occur: each of their values is a disjunction. */
export type Conjunction = readonly FieldFilter[];

/**
 * The disjunctive normal form of a filter: a document matches when it matches one of the conjunctions. Undefined when
 * there would be more than `most` of them; this is counted before anything is built.
 * https://firebase.google.com/docs/firestore/query-data/queries#or_queries
 */
export function disjunctionsOf(filter: Filter | undefined, most: number): Conjunction[] | undefined {
  if (!filter) return [[]];
  return countOf(filter) > most ? undefined : expand(filter);
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
