import { inverted, prefixEnd } from "../encoding/byte-writer.js";
import type { Connection } from "../storage/sqlite.js";
import type { Interval } from "./intervals.js";

/**
 * An index entry after its prefix of equality values: the varying parts and the name, in the order of the query.
 * https://www.sqlite.org/queryplanner.html
 */
export interface ScanEntry {
  suffix: Uint8Array;
  document: number;
}

/** Counts what a query reads, so that tests can show that it reads in proportion to its result. */
export interface ReadStats {
  /** Index entries that were read, also those that were read ahead or did not match. */
  entries: number;
  /** Index entries that were only counted, inside SQLite. */
  counted: number;
  documents: number;
}

/** The counts of a query that has read nothing yet. */
export function noReads(): ReadStats {
  return { entries: 0, counted: 0, documents: 0 };
}

/** Finds the first entry at or after a key. Keys must not decrease from call to call. */
export type Scan = (from: Buffer, to: Buffer | undefined) => ScanEntry | undefined;

const FIRST_CHUNK = 16;
/** For a scan that a zigzag merge join leads from place to place. */
const SMALLEST_CHUNK = 4;
const LARGEST_CHUNK = 512;

const FORWARD = "SELECT key, document FROM entries WHERE key >= ? AND key < ? ORDER BY key LIMIT ?";
const BACKWARD = "SELECT key, document FROM entries WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?";

/**
 * Reads the entries whose keys start with `base`, in chunks that grow while they are used up. With `reversed` they are
 * read from the end and their suffixes inverted, so that callers always see ascending bytes.
 */
export function openScan(connection: Connection, base: Buffer, reversed: boolean, reads: ReadStats): Scan {
  let chunk: ScanEntry[] = [];
  let at = 0;
  let used = 0;
  let size = FIRST_CHUNK;
  let complete: Buffer | undefined | null = null;

  const fetch = (from: Buffer, to: Buffer | undefined): void => {
    const [low, high] = keyRange(base, { low: from, high: to }, reversed);
    const rows = connection.all<{ key: Uint8Array; document: number }>(reversed ? BACKWARD : FORWARD, low, high, size);
    reads.entries += rows.length;
    complete = rows.length < size ? (to ?? undefined) : null;
    chunk = rows.map(({ key, document }) => {
      const suffix = key.subarray(base.length);
      return { suffix: reversed ? inverted(suffix) : suffix, document };
    });
    at = 0;
    used = 0;
  };

  return (from, to) => {
    while (at < chunk.length && Buffer.compare(chunk[at]?.suffix ?? from, from) < 0) at++;
    let entry = chunk[at];
    if (!entry) {
      if (chunk.length > 0 && complete !== null && sameBound(complete, to)) return undefined;
      // A zigzag merge join skips most of what a large chunk would read.
      if (chunk.length > 0) size = used * 2 >= chunk.length ? Math.min(size * 2, LARGEST_CHUNK) : SMALLEST_CHUNK;
      fetch(from, to);
      entry = chunk[0];
    }
    used++;
    return entry && (!to || Buffer.compare(entry.suffix, to) < 0) ? entry : undefined;
  };
}

const COUNT = "SELECT count(*) AS count FROM (SELECT 1 FROM entries WHERE key >= ? AND key < ? LIMIT ?)";

/** How many entries of an interval there are, at most `most`, without reading one out of SQLite. */
export function countEntries(
  connection: Connection,
  { base, reversed }: { base: Buffer; reversed: boolean },
  interval: Interval,
  most: number,
): number {
  const limit = Number.isFinite(most) ? most : -1;
  return connection.get<{ count: number }>(COUNT, ...keyRange(base, interval, reversed), limit)?.count ?? 0;
}

/** The range of keys for an interval of suffixes; inverted suffixes are in the opposite order. */
function keyRange(base: Buffer, interval: Interval, reversed: boolean): [Buffer, Buffer] {
  const { low, high } = interval;
  const from = reversed ? high && prefixEnd(inverted(high)) : low;
  const to = reversed ? prefixEnd(inverted(low)) : high;
  const end = to ? Buffer.concat([base, to]) : prefixEnd(base);
  return [from ? Buffer.concat([base, from]) : base, end ?? base];
}

function sameBound(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.equals(b));
}
