import { ByteWriter, prefixEnd } from "../encoding/byte-writer.js";
import { isNameField } from "../encoding/field-path.js";
import { encodeValue } from "../encoding/ordered-encoding.js";
import { parseDocumentName, SegmentTag, writeSegment } from "../encoding/resource-path.js";
import { skipValue } from "../encoding/skip-encoded-value.js";
import { inDirection, keyBase } from "../index/index-entries.js";
import type { Names } from "../storage/numbered-names.js";
import type { Connection } from "../storage/sqlite.js";
import { boundsInterval } from "./bounds.js";
import { openScan, type ReadStats, type Scan, type ScanEntry } from "./index-scan.js";
import {
  containsPart,
  type Interval,
  intersect,
  invertIntervals,
  nameIntervals,
  UNBOUNDED,
  valueIntervals,
} from "./intervals.js";
import type { ParsedQuery } from "./parsed-query.js";
import { type ConjunctionPlan, equalityKey } from "./planner.js";
import { encodeName, scopeOf } from "./scope.js";

/** A matching document, with the key that places it among the results of the whole query. */
export interface Match {
  document: number;
  /** Encoded values of all orders and the name; compares as the results order. */
  sortKey: Uint8Array;
}

/**
 * The matches of one conjunction in the order of the query.
 * https://firebase.google.com/docs/firestore/query-data/index-overview#taking_advantage_of_index_merging
 */
export function* matchesOf(
  connection: Connection,
  names: Names,
  query: ParsedQuery,
  plan: ConjunctionPlan,
  reads: ReadStats,
): Generator<Match> {
  const equalityValues = encodeEqualityValues(plan);
  if (!equalityValues) return;
  const scans = openScans(connection, names, query, plan, equalityValues, reads);
  if (!scans) return;
  const allowed = plan.orderBys.map((order) => allowedParts(query, plan, order.field));
  const [first = UNBOUNDED] = allowed;
  const firstInDirection = plan.orderBys[0]?.direction === "desc" ? invertIntervals(first) : first;
  const place = sortKeyBuilder(query, plan, equalityValues);
  for (const interval of intersect(firstInDirection, boundsInterval(query, equalityValues))) {
    for (const entry of zigzagMergeJoin(scans, interval)) {
      if (!laterPartsAllowed(plan, allowed, entry.suffix)) continue;
      yield { document: entry.document, sortKey: place(entry.suffix) };
    }
  }
}

/**
 * The values of the equality filters by `equalityKey`, encoded; undefined when nothing can equal all of them and
 * satisfy the inequalities.
 */
function encodeEqualityValues(plan: ConjunctionPlan): Map<string, Buffer> | undefined {
  const equalityValues = new Map<string, Buffer>();
  for (const [key, filters] of plan.equalityFilters) {
    const [filter, ...more] = filters;
    if (!filter) continue;
    const part = encodeValue(filter.value);
    if (more.some((other) => !encodeValue(other.value).equals(part))) return undefined;
    if (key === equalityKey(filter.field, "asc")) {
      const range = plan.inequalities.get(filter.field);
      if (range && !containsPart(valueIntervals(range), part)) return undefined;
    }
    equalityValues.set(key, part);
  }
  return equalityValues;
}

function openScans(
  connection: Connection,
  names: Names,
  query: ParsedQuery,
  plan: ConjunctionPlan,
  equalityValues: ReadonlyMap<string, Buffer>,
  reads: ReadStats,
): Scan[] | undefined {
  const scope = names.scope(connection, scopeOf(query));
  if (scope === undefined) return undefined;
  const scans: Scan[] = [];
  for (const scan of plan.scans) {
    const index = names.index(connection, scan.index);
    if (index === undefined) return undefined;
    const prefix = scan.prefix.map(({ field, mode }) =>
      inDirection(equalityValues.get(equalityKey(field, mode)) ?? Buffer.alloc(0), mode),
    );
    scans.push(openScan(connection, Buffer.concat([keyBase(scope, index), ...prefix]), scan.reversed, reads));
  }
  return scans;
}

/** What a field's encoded value may be in a result. For the name this includes lying below the query's parent. */
function allowedParts(query: ParsedQuery, plan: ConjunctionPlan, field: string): readonly Interval[] {
  const filters = plan.inequalities.get(field) ?? [];
  if (field !== "__name__") return filters.length > 0 ? valueIntervals(filters) : UNBOUNDED;
  const named = nameIntervals(filters, (name) => encodeName(query, parseDocumentName(name)));
  if (plan.scope === "collection" || query.parent.segments.length === 0) return named;
  const out = new ByteWriter();
  for (const segment of query.parent.segments) writeSegment(out, segment);
  const prefix = out.finish();
  // The parent's own name ends where those below it go on with a segment.
  const below = { low: Buffer.concat([prefix, Buffer.of(SegmentTag.numeric)]), high: prefixEnd(prefix) };
  return intersect(named, [below]);
}

/** The entries that every scan has: each scan in turn skips to the furthest key that another one has reached. */
function* zigzagMergeJoin(scans: readonly Scan[], interval: Interval): Generator<ScanEntry> {
  let from: Buffer | undefined = interval.low;
  const [lead, ...others] = scans;
  while (lead && from) {
    const entry: ScanEntry | undefined = lead(from, interval.high);
    if (!entry) return;
    let furthest: Uint8Array = entry.suffix;
    for (const scan of others) {
      const other = scan(Buffer.from(furthest), interval.high);
      if (!other) return;
      furthest = other.suffix;
    }
    if (Buffer.compare(furthest, entry.suffix) === 0) {
      yield entry;
      from = prefixEnd(entry.suffix);
    } else {
      from = Buffer.from(furthest);
    }
  }
}

/** Checks the inequalities on all ordered parts but the first, which the scanned interval has dealt with. */
function laterPartsAllowed(
  plan: ConjunctionPlan,
  allowed: readonly (readonly Interval[])[],
  suffix: Uint8Array,
): boolean {
  if (allowed.every((intervals, index) => index === 0 || intervals === UNBOUNDED)) return true;
  return splitSuffix(plan, suffix).every((part, index) => {
    const order = plan.orderBys[index];
    const intervals = allowed[index] ?? UNBOUNDED;
    if (index === 0 || intervals === UNBOUNDED) return true;
    return containsPart(order?.direction === "desc" ? invertIntervals(intervals) : intervals, part);
  });
}

/** The varying parts of an entry, the name last. */
function splitSuffix(plan: ConjunctionPlan, suffix: Uint8Array): Uint8Array[] {
  let at = 0;
  return plan.orderBys.map((order) => {
    const end = isNameField(order.path) ? suffix.length : skipValue(suffix, at, order.direction === "desc" ? 0xff : 0);
    const part = suffix.subarray(at, end);
    at = end;
    return part;
  });
}

/** Puts the equality values back between the varying ones, so that matches of different conjunctions compare. */
function sortKeyBuilder(
  query: ParsedQuery,
  plan: ConjunctionPlan,
  equalityValues: ReadonlyMap<string, Buffer>,
): (suffix: Uint8Array) => Uint8Array {
  if (query.orderBys.length === plan.orderBys.length) return (suffix) => suffix;
  return (suffix) => {
    const parts = splitSuffix(plan, suffix);
    return Buffer.concat(
      query.orderBys.map((order) => {
        const equalityValue = equalityValues.get(equalityKey(order.field, "asc"));
        return equalityValue ? inDirection(equalityValue, order.direction) : (parts.shift() ?? Buffer.alloc(0));
      }),
    );
  };
}
