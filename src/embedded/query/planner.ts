import { isNameField, parseFieldPath } from "../encoding/field-path.js";
import {
  type CompiledIndex,
  type CompositeIndex,
  containsIndexName,
  type FieldMode,
  fieldIndexName,
  type IndexRules,
  indexesOf,
  type MissingIndex,
  NAME_INDEX,
  type Scope,
} from "../index/config.js";
import { type Direction, type FieldFilter, isInequality, matchesNothing, type Order, type Query } from "./ast.js";
import { type Conjunction, disjunctionsOf } from "./disjunctions.js";

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
  scope: Scope | "database";
  scans: ScanPlan[];
  /** Fields pinned by == or array-contains; the key says which (see `pinKey`). */
  pins: Map<string, FieldFilter[]>;
  /** The orders that entries vary in, up to the name: the query's, without those that == pins. */
  orders: Order[];
  /** Inequalities by field. */
  ranges: Map<string, FieldFilter[]>;
}

export type Plan = { covered: true; conjunctions: ConjunctionPlan[] } | { covered: false; missing: MissingIndex[] };

/** Far more than a checked query can have. */
const MOST_CONJUNCTIONS = 1_000;

/**
 * Decides whether the indexes cover a query, and by which of them it is answered. Pure: neither data nor settings
 * matter. Equality filters are merged: each index serves some of them and all share the query's order, as in
 * https://firebase.google.com/docs/firestore/query-data/index-overview#taking_advantage_of_index_merging.
 */
export function planQuery(query: Query, rules: IndexRules): Plan {
  const conjunctions: ConjunctionPlan[] = [];
  const missing = new Map<string, MissingIndex>();
  for (const conjunction of disjunctionsOf(query.filter, MOST_CONJUNCTIONS) ?? []) {
    if (conjunction.some(matchesNothing)) continue;
    const plan = planConjunction(query, conjunction, rules);
    if ("scans" in plan) conjunctions.push(plan);
    else missing.set(JSON.stringify(plan), plan);
  }
  return missing.size > 0 ? { covered: false, missing: [...missing.values()] } : { covered: true, conjunctions };
}

/** Tells an equality on a field from an array-contains on it. */
export function pinKey(field: string, mode: FieldMode): string {
  return mode === "contains" ? `contains ${field}` : `equals ${field}`;
}

function planConjunction(query: Query, conjunction: Conjunction, rules: IndexRules): ConjunctionPlan | MissingIndex {
  const shape = shapeOf(query, conjunction);
  const { collection } = query;
  if (collection === undefined) return { ...shape, scope: "database", scans: [nameScan(shape.orders)] };
  const scope: Scope = query.allDescendants ? "group" : "collection";
  const scans = chooseScans(candidates(collection, scope, shape, rules), shape);
  return scans ? { ...shape, scope, scans } : missingIndex(collection, scope, shape, rules);
}

type Shape = Omit<ConjunctionPlan, "scope" | "scans">;

function shapeOf(query: Query, conjunction: Conjunction): Shape {
  const pins = new Map<string, FieldFilter[]>();
  const ranges = new Map<string, FieldFilter[]>();
  for (const filter of conjunction) {
    // A name pins one document, and as a range of names it needs no index.
    if (isInequality(filter.op) || isNameField(filter.path)) push(ranges, filter.field, filter);
    else push(pins, pinKey(filter.field, filter.op === "ARRAY_CONTAINS" ? "contains" : "asc"), filter);
  }
  const orders = query.orders.filter((order) => !pins.has(pinKey(order.field, "asc")));
  return { pins, ranges, orders };
}

/** A way to read some of the pinned fields in the wanted order. */
interface Candidate extends ScanPlan {
  covers: string[];
}

function* candidates(group: string, scope: Scope, shape: Shape, rules: IndexRules): Generator<Candidate> {
  for (const index of rules.composites(group)) {
    const candidate = index.scope === scope ? matchComposite(index, shape) : undefined;
    if (candidate) yield candidate;
  }
  const [first, second] = shape.orders;
  if (second === undefined) {
    for (const filters of shape.pins.values()) {
      const [filter] = filters;
      const candidate = filter && matchField(group, scope, filter, shape, rules);
      if (candidate) yield candidate;
    }
  }
  if (shape.pins.size > 0 || !first) return;
  if (second === undefined) yield { ...nameScan(shape.orders), covers: [] };
  else if (shape.orders.length === 2 && second.direction === first.direction) {
    const modes = rules.field(group, first.path)[scope];
    const reversed = first.direction === "desc";
    if (modes.has(first.direction)) yield { index: fieldIndexName(first.field), prefix: [], reversed, covers: [] };
  }
}

function matchComposite(index: CompiledIndex, shape: Shape): Candidate | undefined {
  const sorted = shape.orders.slice(0, -1);
  const prefixLength = index.fields.length - sorted.length;
  if (prefixLength < 0 || index.nameDirection !== shape.orders.at(-1)?.direction) return undefined;
  const prefix = index.fields.slice(0, prefixLength).map(({ field, mode }) => ({ field, mode }));
  const covers = prefix.map(({ field, mode }) => pinKey(field, mode));
  if (!covers.every((key) => shape.pins.has(key))) return undefined;
  const suffix = index.fields.slice(prefixLength);
  const inOrder = sorted.every(
    (order, at) => suffix[at]?.field === order.field && suffix[at]?.mode === order.direction,
  );
  return inOrder ? { index: index.name, prefix, reversed: false, covers } : undefined;
}

/** The automatic index of a pinned field, which ends with the name in either direction. */
function matchField(
  group: string,
  scope: Scope,
  filter: FieldFilter,
  shape: Shape,
  rules: IndexRules,
): Candidate | undefined {
  const contains = filter.op === "ARRAY_CONTAINS";
  const modes = rules.field(group, filter.path)[scope];
  if (contains ? !modes.has("contains") : !modes.has("asc") && !modes.has("desc")) return undefined;
  const mode = contains ? "contains" : "asc";
  return {
    index: contains ? containsIndexName(filter.field) : fieldIndexName(filter.field),
    prefix: [{ field: filter.field, mode }],
    reversed: shape.orders[0]?.direction === "desc",
    covers: [pinKey(filter.field, mode)],
  };
}

function nameScan(orders: readonly Order[]): ScanPlan {
  return { index: NAME_INDEX, prefix: [], reversed: orders[0]?.direction === "desc" };
}

/** The fewest scans that cover every pinned field, taking the widest first. */
function chooseScans(all: Iterable<Candidate>, shape: Shape): ScanPlan[] | undefined {
  const available = [...all];
  const open = new Set(shape.pins.keys());
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

function missingIndex(group: string, scope: Scope, shape: Shape, rules: IndexRules): MissingIndex {
  const queryScope = scope === "group" ? "COLLECTION_GROUP" : "COLLECTION";
  const pinned = [...shape.pins.values()].flatMap(([filter]) => filter ?? []);
  const fields: CompositeIndex["fields"] = pinned.map((filter) =>
    filter.op === "ARRAY_CONTAINS"
      ? { fieldPath: filter.field, arrayConfig: "CONTAINS" }
      : { fieldPath: filter.field, order: "ASCENDING" },
  );
  const sorted = shape.orders.slice(0, -1);
  for (const order of sorted) fields.push({ fieldPath: order.field, order: orderName(order.direction) });
  const name = shape.orders.at(-1)?.direction ?? "asc";
  const [only] = fields;
  if (only && fields.length === 1 && (sorted[0]?.direction ?? name) === name) {
    const { fieldPath, ...mode } = only;
    // An override replaces what the field has by itself: that must be in it too.
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
