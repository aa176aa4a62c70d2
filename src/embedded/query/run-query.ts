import { loadDocument, type StoredDocument } from "../storage/documents.js";
import type { Names } from "../storage/numbered-names.js";
import type { Connection } from "../storage/sqlite.js";
import type { ReadStats } from "./index-scan.js";
import type { ParsedQuery } from "./parsed-query.js";
import type { ConjunctionPlan } from "./planner.js";
import { type Match, matchesOf } from "./zigzag-merge-join.js";

/**
 * What a query reads from: one connection, hence one snapshot.
 * https://firebase.google.com/docs/firestore/query-data/queries
 */
export interface QuerySource {
  connection: Connection;
  names: Names;
  reads: ReadStats;
}

/** The documents of a query in its order, between its cursors, without its offset and within its limit. */
export function* runQuery(
  source: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
): Generator<StoredDocument> {
  for (const match of runQueryMatches(source, query, plans)) {
    yield load(source, match);
  }
}

/** The same as entries of the index, without reading the documents. */
export function* runQueryMatches(
  source: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
): Generator<Match> {
  if (query.limit === 0) return;
  let toSkip = query.offset;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  for (const match of distinctMatches(source, query, plans)) {
    if (toSkip > 0) {
      toSkip--;
      continue;
    }
    yield match;
    if (--left <= 0) return;
  }
}

/** Merges the conjunctions' matches; a document that several of them match occurs once. */
function* distinctMatches(
  source: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
): Generator<Match> {
  const { connection, names, reads } = source;
  const streams = plans.map((plan) => matchesOf(connection, names, query, plan, reads));
  const [only] = streams;
  if (only && streams.length === 1) {
    yield* only;
    return;
  }
  const heads = streams.map((stream) => stream.next());
  let last: Uint8Array | undefined;
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      const best = heads[first];
      if (!head.done && (!best || best.done || Buffer.compare(head.value.sortKey, best.value.sortKey) < 0))
        first = index;
    }
    const head = heads[first];
    const stream = streams[first];
    if (!head || head.done || !stream) return;
    if (!last || Buffer.compare(last, head.value.sortKey) !== 0) yield head.value;
    last = head.value.sortKey;
    heads[first] = stream.next();
  }
}

function load({ connection, names, reads }: QuerySource, match: Match): StoredDocument {
  reads.documents++;
  return loadDocument(connection, names, match.document);
}
