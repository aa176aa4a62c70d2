import { prefixEnd } from "../encoding/byte-writer.js";
import { isNameField } from "../encoding/field-path.js";
import { skipValue } from "../encoding/skip-encoded-value.js";
import { inDirection } from "../index/index-entries.js";
import type { Names } from "../storage/numbered-names.js";
import type { Connection } from "../storage/sqlite.js";
import { openScan, type ReadStats, type Scan, type ScanEntry } from "./index-scan.js";
import { containsPart, type Interval, invertIntervals, UNBOUNDED } from "./intervals.js";
import type { ParsedQuery } from "./parsed-query.js";
import { type ConjunctionPlan, equalityKey } from "./planner.js";
import { firstPartDecides, scanRanges } from "./scan-ranges.js";

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
  const ranges = scanRanges(connection, names, query, plan);
  if (!ranges) return;
  const { equalityValues, allowed } = ranges;
  const scans = ranges.scans.map(({ base, reversed }) => openScan(connection, base, reversed, reads));
  const place = sortKeyBuilder(query, plan, equalityValues);
  for (const interval of ranges.intervals) {
    for (const entry of zigzagMergeJoin(scans, interval)) {
      if (!laterPartsAllowed(plan, allowed, entry.suffix)) continue;
      yield { document: entry.document, sortKey: place(entry.suffix) };
    }
  }
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
  if (firstPartDecides(allowed)) return true;
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
