import { createHash } from "node:crypto";
import type { Fields } from "../encoding/messages.js";
import { serializeFields } from "../encoding/protobuf.js";
import type { ResourcePath } from "../encoding/resource-path.js";
import { aborted } from "../errors.js";
import { type Aggregation, aggregate } from "../query/aggregate.js";
import { noReads } from "../query/index-scan.js";
import type { ParsedQuery } from "../query/parsed-query.js";
import type { ConjunctionPlan } from "../query/planner.js";
import { type QuerySource, runQuery } from "../query/run-query.js";
import { scopeOf } from "../query/scope.js";
import { findDocument, type StoredDocument } from "../storage/documents.js";
import type { Names } from "../storage/numbered-names.js";
import type { Connection } from "../storage/sqlite.js";

/*
 * What a transaction has read, and whether it is still true. A transaction whose reads would give the same at its commit
 * behaves as if it had run at that time alone: serialisable, without locks.
 * https://firebase.google.com/docs/firestore/transaction-data-contention
 */

/** The reads of one transaction. */
export interface ReadSet {
  documents: Map<string, { path: ResourcePath; updateTime: number | undefined }>;
  queries: QueryRead[];
}

interface QueryRead {
  query: ParsedQuery;
  /** The result, in a form that can be compared. */
  fingerprint: string;
  rerun(source: QuerySource): string;
}

/** A document as far as a list can change by it. */
interface ListedDocument {
  name: string;
  updateTime?: number;
}

/** Runs a query and adds its result to the read set. */
export function readQuery(
  reads: ReadSet,
  source: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
): StoredDocument[] {
  return readList(reads, source, query, (now) => runQuery(now, query, plans));
}

/** Lists documents within the scope of `query` and adds the list to the read set; `find` must be deterministic. */
export function readList<Listed extends ListedDocument>(
  reads: ReadSet,
  source: QuerySource,
  query: ParsedQuery,
  find: (source: QuerySource) => Iterable<Listed>,
): Listed[] {
  const documents = [...find(source)];
  const rerun = (now: QuerySource): string => documentsFingerprint(find(now));
  reads.queries.push({ query, fingerprint: documentsFingerprint(documents), rerun });
  return documents;
}

/** Runs an aggregation and adds its result to the read set. */
export function readAggregation(
  reads: ReadSet,
  source: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
  aggregations: readonly Aggregation[],
): Fields {
  const result = aggregate(source, query, plans, aggregations);
  const rerun = (now: QuerySource): string => fieldsFingerprint(aggregate(now, query, plans, aggregations));
  reads.queries.push({ query, fingerprint: fieldsFingerprint(result), rerun });
  return result;
}

/**
 * Throws ABORTED unless every read would give the same now as at `since` (the clock of the snapshot it was made in).
 * Queries run again only when something in their collections has changed.
 */
export function validateReadSet(connection: Connection, names: Names, reads: ReadSet, since: number): void {
  for (const { path, updateTime } of reads.documents.values()) {
    if (findDocument(connection, names, path)?.updateTime !== updateTime) {
      throw aborted("A document that the transaction read has changed. Run the transaction again.");
    }
  }
  const source: QuerySource = { connection, names, reads: noReads() };
  for (const read of reads.queries) {
    if (lastChange(connection, read.query) <= since) continue;
    if (read.rerun(source) !== read.fingerprint) {
      throw aborted("The result of a query in the transaction has changed. Run the transaction again.");
    }
  }
}

/** The time of the last change in the collections that a query reads. */
export function lastChange(connection: Connection, query: ParsedQuery): number {
  const { root, kind, path } = scopeOf(query);
  const changed = "SELECT max(changed) AS changed FROM scopes WHERE root = ? AND kind = 'collection'";
  const row =
    kind === "collection"
      ? connection.get<{ changed: number | null }>(`${changed} AND path = ?`, root, path)
      : kind === "group"
        ? connection.get<{ changed: number | null }>(`${changed} AND grp = ?`, root, path)
        : connection.get<{ changed: number | null }>(changed, root);
  return row?.changed ?? 0;
}

function documentsFingerprint(documents: Iterable<ListedDocument>): string {
  const hash = createHash("sha256");
  for (const { name, updateTime } of documents) hash.update(`${name}\0${updateTime}\0`);
  return hash.digest("base64");
}

function fieldsFingerprint(fields: Fields): string {
  return serializeFields(fields).toString("base64");
}
