import { positionOf } from "../../firestore/query.js";
import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "./call.js";
import type { Cursor } from "./cursor.js";
import type { Bucket, BucketDocument } from "./paging.js";

/** The next documents of a scan, in order. */
export interface Batch {
  found: BucketDocument[];
  /** Where a scan would go on behind these; null when there is nothing behind them. */
  next: Cursor | null;
}

/** Where a scan begins, and how many documents a round trip reads of each query: the first time, and then. */
export interface ScanOptions {
  start: Cursor;
  first: number;
  size: number;
}

/**
 * All documents of several queries, one query after the other, for a caller that goes on until it has found enough. The
 * first round trip asks all queries; each later one asks only the query whose documents come next, so that nothing is
 * read twice. A batch holds at most `first` or `size` documents; there is always a first one, which may be empty.
 * Throws when the call has been cancelled before the next batch.
 */
export async function* scanBuckets(
  call: Call,
  buckets: readonly Bucket[],
  { start, first, size }: ScanOptions,
): AsyncGenerator<Batch, void> {
  const queries = buckets.map((bucket, at) => ({
    bucket,
    waiting: [] as Snapshot[],
    after: at === start.bucket ? start.after : null,
    unread: at >= start.bucket,
  }));
  const read = async (query: (typeof queries)[number], limit: number) => {
    if (!query.unread) return;
    const { shape, values, mask, keep } = query.bucket;
    const after = query.after ? { after: query.after } : {};
    const { docs } = await call.store.query(shape, { values, mask, limit, ...after }).get();
    const last = docs.at(-1);
    query.unread = docs.length === limit;
    query.after = last ? positionOf(shape, last) : query.after;
    query.waiting.push(...(keep ? docs.filter(keep) : docs));
  };

  await Promise.all(queries.map((query) => read(query, first)));
  let at = start.bucket;
  const behind = (last: BucketDocument | undefined): Cursor => {
    const shape = last && buckets[last.bucket]?.shape;
    return shape
      ? { bucket: last.bucket, after: positionOf(shape, last.document) }
      : { bucket: at, after: queries[at]?.after ?? null };
  };
  let asked = true;
  for (let most = first; ; most = size) {
    const found: BucketDocument[] = [];
    for (let query = queries[at]; query && found.length < most; query = queries[at]) {
      const taken = query.waiting.splice(0, most - found.length);
      found.push(...taken.map((document) => ({ document, bucket: at })));
      if (query.waiting.length > 0) continue;
      if (!query.unread) at += 1;
      // One round trip a batch, also when nothing of it is kept: whoever scans looks at the time between them.
      else if (found.length > 0 || asked) break;
      else {
        await read(query, size);
        asked = true;
      }
    }
    const more = queries.slice(at).some(({ waiting, unread }) => unread || waiting.length > 0);
    const next = more ? behind(found.at(-1)) : null;
    yield { found, next };
    if (!next) return;
    call.signal.throwIfAborted();
    asked = false;
  }
}
