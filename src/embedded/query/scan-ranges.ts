import { ByteWriter, prefixEnd } from "../encoding/byte-writer.js";
import { encodeValue } from "../encoding/ordered-encoding.js";
import { parseDocumentName, SegmentTag, writeSegment } from "../encoding/resource-path.js";
import { inDirection, keyBase } from "../index/index-entries.js";
import type { Names } from "../storage/numbered-names.js";
import type { Connection } from "../storage/sqlite.js";
import { boundsInterval } from "./bounds.js";
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

/** Where the entries of one conjunction lie. */
export interface ScanRanges {
  /** What the keys of each of its indexes start with, and whether they are read from the end. */
  scans: { base: Buffer; reversed: boolean }[];
  /** The encoded values of the equality filters by `equalityKey`. */
  equalityValues: Map<string, Buffer>;
  /** What may follow a base, in the query's direction. */
  intervals: Interval[];
  /** What each ordered part of an entry may be; the first one is dealt with by `intervals`. */
  allowed: readonly (readonly Interval[])[];
}

/**
 * Where in its indexes a conjunction's entries lie; undefined when there can be none.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */
export function scanRanges(
  connection: Connection,
  names: Names,
  query: ParsedQuery,
  plan: ConjunctionPlan,
): ScanRanges | undefined {
  const equalityValues = encodeEqualityValues(plan);
  const scope = names.scope(connection, scopeOf(query));
  if (!equalityValues || scope === undefined) return undefined;
  const scans: ScanRanges["scans"] = [];
  for (const scan of plan.scans) {
    const index = names.index(connection, scan.index);
    if (index === undefined) return undefined;
    const prefix = scan.prefix.map(({ field, mode }) =>
      inDirection(equalityValues.get(equalityKey(field, mode)) ?? Buffer.alloc(0), mode),
    );
    scans.push({ base: Buffer.concat([keyBase(scope, index), ...prefix]), reversed: scan.reversed });
  }
  const allowed = plan.orderBys.map((order) => allowedParts(query, plan, order.field));
  const [first = UNBOUNDED] = allowed;
  const firstInDirection = plan.orderBys[0]?.direction === "desc" ? invertIntervals(first) : first;
  return {
    scans,
    equalityValues,
    allowed,
    intervals: intersect(firstInDirection, boundsInterval(query, equalityValues)),
  };
}

/** Whether every entry within the intervals matches. Pure. */
export function firstPartDecides(allowed: ScanRanges["allowed"]): boolean {
  return allowed.every((intervals, index) => index === 0 || intervals === UNBOUNDED);
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

/** What a field's encoded value may be in a result. For the name this includes lying below the query's parent. */
function allowedParts(query: ParsedQuery, plan: ConjunctionPlan, field: string): readonly Interval[] {
  const filters = plan.inequalities.get(field) ?? [];
  if (field !== "__name__") return filters.length > 0 ? valueIntervals(filters) : UNBOUNDED;
  const encode = (name: string): Buffer => encodeName(query, parseDocumentName(name));
  const named = filters.length > 0 ? nameIntervals(filters, encode) : UNBOUNDED;
  if (plan.scope === "collection" || query.parent.segments.length === 0) return named;
  const out = new ByteWriter();
  for (const segment of query.parent.segments) writeSegment(out, segment);
  const prefix = out.finish();
  // The parent's own name ends where those below it go on with a segment.
  const below = { low: Buffer.concat([prefix, Buffer.of(SegmentTag.numeric)]), high: prefixEnd(prefix) };
  return intersect(named, [below]);
}
