import { countEntries } from "./index-scan.js";
import type { ParsedQuery } from "./parsed-query.js";
import type { ConjunctionPlan } from "./planner.js";
import { type QuerySource, runQueryMatches } from "./run-query.js";
import { firstPartDecides, type ScanRanges, scanRanges } from "./scan-ranges.js";

/**
 * How many documents a query gives, at most `most`. Where each entry of one index is a match, SQLite counts them by
 * itself: reading 50,000 entries one by one takes forty times as long. Else the matches are found and counted.
 */
export function countMatches(
  source: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
  most: number,
): number {
  const wanted = Math.min(query.limit ?? Number.POSITIVE_INFINITY, most);
  const ranges = wholeRanges(source, query, plans);
  if (!ranges) {
    let count = 0;
    if (wanted > 0) for (const _match of runQueryMatches(source, query, plans)) if (++count >= wanted) break;
    return count;
  }
  let counted = 0;
  for (const { scans, intervals } of ranges)
    for (const scan of scans)
      for (const interval of intervals)
        counted += countEntries(source.connection, scan, interval, query.offset + wanted - counted);
  source.reads.counted += counted;
  return Math.max(0, counted - query.offset);
}

/** Where the matches lie, when they are all the entries there and no document has two; else undefined. */
function wholeRanges(
  { connection, names }: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
): ScanRanges[] | undefined {
  if (plans.some(({ scans }) => scans.length > 1)) return undefined;
  const ranges = plans.flatMap((plan) => scanRanges(connection, names, query, plan) ?? []);
  return ranges.every(({ allowed }) => firstPartDecides(allowed)) && areDisjoint(ranges) ? ranges : undefined;
}

/** Whether no document matches two of the conjunctions: each asks for another value of one and the same field. */
function areDisjoint(ranges: readonly ScanRanges[]): boolean {
  const [first] = ranges;
  if (!first || ranges.length === 1) return true;
  const distinct = (key: string) =>
    new Set(ranges.map(({ equalityValues }) => equalityValues.get(key)?.toString("latin1"))).size;
  const inAll = [...first.equalityValues.keys()].filter((key) => ranges.every((one) => one.equalityValues.has(key)));
  return inAll.some((key) => !key.startsWith("contains ") && distinct(key) === ranges.length);
}
