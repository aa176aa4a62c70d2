import { isNameField, parseFieldPath } from "../encoding/field-path.js";
import {
  type CompiledIndex,
  type CompositeIndex,
  containsIndexName,
  type FieldMode,
  fieldIndexName,
  type IndexDefinitions,
  indexesOf,
  type MissingIndex,
  NAME_INDEX,
  type QueryScope,
} from "../index/index-definitions.js";
import { type Conjunction, toDnf } from "./dnf.js";
import {
  type Direction,
  type FieldFilter,
  isInequality,
  matchesNothing,
  type OrderBy,
  type ParsedQuery,
} from "./parsed-query.js";

/** An index to read: entries whose first fields equal given values, then in the query's order. */
export interface ScanPlan {
  index: string;
  /** The equality fields that the index starts with, in its order. */
  prefix: { field: string; mode: FieldMode }[];
  /** Whether the entries lie in the opposite of the query's order and are read from the end. */
  reversed: boolean;
}

/** How one conjunction is answered: the entries that all scans have in common. */
export interface ConjunctionPlan {
  scope: QueryScope | "database";
  scans: ScanPlan[];
  /** Equality and array-contains filters by `equalityKey`. */
  equalityFilters: Map<string, FieldFilter[]>;
  /** The query's orders, up to the name, without fields that an equality filter fixes. */
  orderBys: OrderBy[];
  /** Inequality filters by field. */
  inequalities: Map<string, FieldFilter[]>;
}

/** The plan of a query: one of each conjunction, or the indexes that are missing. */
export type Plan = { covered: true; conjunctions: ConjunctionPlan[] } | { covered: false; missing: MissingIndex[] };

/** Far more than a valid query can have. */
const MOST_CONJUNCTIONS = 1_000;

/**
 * Decides whether the indexes cover a query, and which of them answer it. Pure: the same for any data. The fewest
 * indexes are chosen that together cover every equality filter; each must end with the query's order, so that a zigzag
 * merge join finds the entries they have in common:
 * https://firebase.google.com/docs/firestore/query-data/index-overview#taking_advantage_of_index_merging
 *
 * | Query                                | Indexes                            | Scans                         |
 * | ------------------------------------ | ---------------------------------- | ----------------------------- |
 * | (no filter, no order)                | automatic                          | by name                       |
 * | a == 1                               | automatic                          | a                             |
 * | a == 1 && b == 2                     | automatic                          | a, b                          |
 * | a > 1                                | automatic                          | a                             |
 * | a == 1, order by c                   | (a, c)                             | (a, c)                        |
 * | a == 1 && b == 2, order by c         | (a, c), (b, c)                     | (a, c), (b, c)                |
 * | a == 1 && b == 2, order by c         | (a, c)                             | none: (b, c) is missing       |
 * | a == 1, order by c desc              | (a, c)                             | none: (a, c desc) is missing  |
 * | tags contains "x" && a == 1          | automatic                          | tags, a                       |
 * | a in [1, 2], order by c              | (a, c)                             | (a, c) once for each value    |
 */
export function planQuery(query: ParsedQuery, rules: IndexDefinitions): Plan {
  const conjunctions: ConjunctionPlan[] = [];
  const missing = new Map<string, MissingIndex>();
  for (const conjunction of toDnf(query.filter, MOST_CONJUNCTIONS) ?? []) {
    if (conjunction.some(matchesNothing)) continue;
    const plan = planConjunction(query, conjunction, rules);
    if ("scans" in plan) conjunctions.push(plan);
    else missing.set(JSON.stringify(plan), plan);
  }
  return missing.size > 0 ? { covered: false, missing: [...missing.values()] } : { covered: true, conjunctions };
}

/** The key of an equality filter: an array-contains on the same field has another one. */
export function equalityKey(field: string, mode: FieldMode): string {
  return mode === "contains" ? `contains ${field}` : `equals ${field}`;
}

function planConjunction(
  query: ParsedQuery,
  conjunction: Conjunction,
  rules: IndexDefinitions,
): ConjunctionPlan | MissingIndex {
  const shape = shapeOf(query, conjunction);
  const { collection } = query;
  if (collection === undefined) return { ...shape, scope: "database", scans: [nameScan(shape.orderBys)] };
  const scope: QueryScope = query.allDescendants ? "group" : "collection";
  const scans = chooseScans(candidates(collection, scope, shape, rules), shape);
  return scans ? { ...shape, scope, scans } : missingIndex(collection, scope, shape, rules);
}

type Shape = Omit<ConjunctionPlan, "scope" | "scans">;

function shapeOf(query: ParsedQuery, conjunction: Conjunction): Shape {
  const equalityFilters = new Map<string, FieldFilter[]>();
  const inequalities = new Map<string, FieldFilter[]>();
  for (const filter of conjunction) {
    // A filter on the name is a range of names: it needs no index.
    if (isInequality(filter.op) || isNameField(filter.path)) push(inequalities, filter.field, filter);
    else push(equalityFilters, equalityKey(filter.field, filter.op === "ARRAY_CONTAINS" ? "contains" : "asc"), filter);
  }
  const orderBys = query.orderBys.filter((order) => !equalityFilters.has(equalityKey(order.field, "asc")));
  return { equalityFilters, inequalities, orderBys };
}

/** An index that covers some of the equality filters in the wanted order. */
interface Candidate extends ScanPlan {
  covers: string[];
}

function* candidates(group: string, scope: QueryScope, shape: Shape, rules: IndexDefinitions): Generator<Candidate> {
  for (const index of rules.composites(group)) {
    const candidate = index.scope === scope ? matchComposite(index, shape) : undefined;
    if (candidate) yield candidate;
  }
  const [first, second] = shape.orderBys;
  if (second === undefined) {
    for (const filters of shape.equalityFilters.values()) {
      const [filter] = filters;
      const candidate = filter && matchField(group, scope, filter, shape, rules);
      if (candidate) yield candidate;
    }
  }
  if (shape.equalityFilters.size > 0 || !first) return;
  if (second === undefined) yield { ...nameScan(shape.orderBys), covers: [] };
  else if (shape.orderBys.length === 2 && second.direction === first.direction) {
    const modes = rules.field(group, first.path)[scope];
    const reversed = first.direction === "desc";
    if (modes.has(first.direction)) yield { index: fieldIndexName(first.field), prefix: [], reversed, covers: [] };
  }
}

function matchComposite(index: CompiledIndex, shape: Shape): Candidate | undefined {
  const sorted = shape.orderBys.slice(0, -1);
  const prefixLength = index.fields.length - sorted.length;
  if (prefixLength < 0 || index.nameDirection !== shape.orderBys.at(-1)?.direction) return undefined;
  const prefix = index.fields.slice(0, prefixLength).map(({ field, mode }) => ({ field, mode }));
  const covers = prefix.map(({ field, mode }) => equalityKey(field, mode));
  if (!covers.every((key) => shape.equalityFilters.has(key))) return undefined;
  const suffix = index.fields.slice(prefixLength);
  const inOrder = sorted.every(
    (order, at) => suffix[at]?.field === order.field && suffix[at]?.mode === order.direction,
  );
  return inOrder ? { index: index.name, prefix, reversed: false, covers } : undefined;
}

/** The automatic index of a field with an equality filter; it ends with the name in either direction. */
function matchField(
  group: string,
  scope: QueryScope,
  filter: FieldFilter,
  shape: Shape,
  rules: IndexDefinitions,
): Candidate | undefined {
  const contains = filter.op === "ARRAY_CONTAINS";
  const modes = rules.field(group, filter.path)[scope];
  if (contains ? !modes.has("contains") : !modes.has("asc") && !modes.has("desc")) return undefined;
  const mode = contains ? "contains" : "asc";
  return {
    index: contains ? containsIndexName(filter.field) : fieldIndexName(filter.field),
    prefix: [{ field: filter.field, mode }],
    reversed: shape.orderBys[0]?.direction === "desc",
    covers: [equalityKey(filter.field, mode)],
  };
}

function nameScan(orders: readonly OrderBy[]): ScanPlan {
  return { index: NAME_INDEX, prefix: [], reversed: orders[0]?.direction === "desc" };
}

/** The fewest scans that cover every equality filter: greedily, the one that covers most first. */
function chooseScans(all: Iterable<Candidate>, shape: Shape): ScanPlan[] | undefined {
  const available = [...all];
  const open = new Set(shape.equalityFilters.keys());
  const chosen: ScanPlan[] = [];
  while (chosen.length === 0 || open.size > 0) {
    const gain = (candidate: Candidate): number => candidate.covers.filter((key) => open.has(key)).length;
    const best = available.reduce<Candidate | undefined>((a, b) => (a && gain(a) >= gain(b) ? a : b), undefined);
    if (!best || (gain(best) === 0 && open.size > 0)) return undefined;
    for (const key of best.covers) open.delete(key);
    chosen.push({ index: best.index, prefix: best.prefix, reversed: best.reversed });
  }
  return chosen;
}

function missingIndex(group: string, scope: QueryScope, shape: Shape, rules: IndexDefinitions): MissingIndex {
  const queryScope = scope === "group" ? "COLLECTION_GROUP" : "COLLECTION";
  const equalities = [...shape.equalityFilters.values()].flatMap(([filter]) => filter ?? []);
  const fields: CompositeIndex["fields"] = equalities.map((filter) =>
    filter.op === "ARRAY_CONTAINS"
      ? { fieldPath: filter.field, arrayConfig: "CONTAINS" }
      : { fieldPath: filter.field, order: "ASCENDING" },
  );
  const sorted = shape.orderBys.slice(0, -1);
  for (const order of sorted) fields.push({ fieldPath: order.field, order: orderName(order.direction) });
  const name = shape.orderBys.at(-1)?.direction ?? "asc";
  const [only] = fields;
  if (only && fields.length === 1 && (sorted[0]?.direction ?? name) === name) {
    const { fieldPath, ...mode } = only;
    // An override replaces the automatic indexes of the field, so it must list them too.
    const indexes = [...indexesOf(rules.field(group, parseFieldPath(fieldPath))), { ...mode, queryScope } as const];
    return { fieldOverrides: { collectionGroup: group, fieldPath, indexes } };
  }
  if ((sorted.at(-1)?.direction ?? "asc") !== name) fields.push({ fieldPath: "__name__", order: orderName(name) });
  return { indexes: { collectionGroup: group, queryScope, fields } };
}

function orderName(direction: Direction): "ASCENDING" | "DESCENDING" {
  return direction === "desc" ? "DESCENDING" : "ASCENDING";
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
