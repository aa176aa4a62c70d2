import type { Mask } from "../../firestore/masks.js";
import { positionOf } from "../../firestore/query.js";
import type { ShapeName } from "../../firestore/shapes.js";
import type { Position, Ref, Snapshot } from "../../firestore/store.js";
import type { Call } from "./call.js";
import { decodeCursor, encodeCursor } from "./cursor.js";

/** One of the queries whose results, one after the other, make a list. */
export interface Bucket {
  shape: ShapeName;
  values: Record<string, unknown>;
  /** The document that holds the sub-collection, for shapes of one. */
  parent?: Ref;
  /** What is read of each document. */
  mask: Mask;
  /** What the query could not filter. */
  keep?: (document: Snapshot) => boolean;
}

/** One page of a list; `next_cursor` is null on the last one. */
export interface Page {
  documents: Snapshot[];
  next_cursor: string | null;
  /** The cursor that goes on behind the document at this index; null behind the last one of the list. */
  behind(index: number): string | null;
}

/** A document that was found, and in which of the queries. */
export interface BucketDocument {
  document: Snapshot;
  bucket: number;
}

/**
 * All documents of a query in its order, `size` at a time (`first` the first time, when given): for work on more of
 * them than one answer should hold. One round trip a page; ends with the first one that is not full. Throws when the
 * call has been cancelled before the next page.
 */
export async function* documentPages(
  call: Call,
  shape: ShapeName,
  values: Record<string, unknown>,
  { mask, size, first = size }: { mask: Mask; size: number; first?: number },
): AsyncGenerator<Snapshot[]> {
  let limit = first;
  let after: { after?: Position } = {};
  for (;;) {
    const { docs } = await call.store.query(shape, { values, mask, limit, ...after }).get();
    yield docs;
    const last = docs.at(-1);
    if (docs.length < limit || !last) return;
    call.signal.throwIfAborted();
    after = { after: positionOf(shape, last) };
    limit = size;
  }
}

/**
 * A page over several queries: order by priority is one query per priority, asked in parallel (docs/contracts.md 1).
 * `filters` are what the caller asked for; a cursor is only good for the same ones. One round trip.
 */
export async function readPage(
  call: Call,
  buckets: readonly Bucket[],
  page: { limit: number; cursor?: string | undefined },
  filters: object,
): Promise<Page> {
  const start = decodeCursor(
    page.cursor,
    filters,
    buckets.map(({ shape }) => shape),
  );
  const answers = await Promise.all(
    buckets.map(({ shape, values, parent, mask }, at) => {
      if (at < start.bucket) return [];
      const after: { after?: Position } = at === start.bucket && start.after ? { after: start.after } : {};
      return call.store
        .query(shape, { values, ...(parent && { parent }), mask, limit: page.limit + 1, ...after })
        .get()
        .then(({ docs }) => docs);
    }),
  );
  return cut(buckets, answers, page.limit, filters);
}

function cut(
  buckets: readonly Bucket[],
  answers: readonly (readonly Snapshot[])[],
  limit: number,
  filters: object,
): Page {
  const found: BucketDocument[] = [];
  const pageTo = (last: BucketDocument | null): Page => {
    const next_cursor = last && cursorBehind(buckets, last, filters);
    const behind = (index: number) => {
      const at = found[index];
      return at && index < found.length - 1 ? cursorBehind(buckets, at, filters) : next_cursor;
    };
    return { documents: found.map(({ document }) => document), next_cursor, behind };
  };
  let last: BucketDocument | null = null;
  for (const [bucket, answer] of answers.entries())
    for (const [at, document] of answer.entries()) {
      // A bucket's answer that is full may have more after its last document, which was read only to find out.
      if (found.length === limit || at === limit) return pageTo(last);
      last = { document, bucket };
      if (buckets[bucket]?.keep?.(document) ?? true) found.push(last);
    }
  return pageTo(null);
}

/** The cursor of a list of these queries that goes on behind this document. */
export function cursorBehind(
  buckets: readonly Bucket[],
  { document, bucket }: BucketDocument,
  filters: object,
): string {
  const shape = buckets[bucket]?.shape as ShapeName;
  return encodeCursor({ bucket, after: positionOf(shape, document) }, filters);
}
