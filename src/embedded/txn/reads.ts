import { createHash } from "node:crypto";
import type { Fields } from "../encoding/messages.js";
import { serializeFields } from "../encoding/protobuf.js";
import type { ResourcePath } from "../encoding/resource-path.js";
import { aborted } from "../errors.js";
import { type Aggregation, aggregate } from "../query/aggregate.js";
import type { Query } from "../query/ast.js";
import type { ConjunctionPlan } from "../query/planner.js";
import { type QuerySource, runQuery } from "../query/run.js";
import { scopeOf } from "../query/scope.js";
import { findDocument, type StoredDocument } from "../storage/documents.js";
import type { Names } from "../storage/names.js";
import type { Connection } from "../storage/sqlite.js";

/*
 * What a transaction has read, and whether all of it still holds. A transaction whose reads would be the same at the
 * moment of its commit behaves as if it had run at that moment alone: serialisable, without locks.
 * https://firebase.google.com/docs/firestore/transaction-data-contention
 */

/** The reads of one transaction. */
export interface ReadSet {
  documents: Map<string, { path: ResourcePath; updateTime: number | undefined }>;
  queries: QueryRead[];
}

interface QueryRead {
  query: Query;
  /** What the query gave, in a form that can be compared. */
  fingerprint: string;
  again(source: QuerySource): string;
}

/** A document as far as a list can change by it. */
interface ListedDocument {
  name: string;
  updateTime?: number;
}

/** Runs a query and notes its result. */
export function readQuery(
  reads: ReadSet,
  source: QuerySource,
  query: Query,
  plans: readonly ConjunctionPlan[],
): StoredDocument[] {
  return readList(reads, source, query, (now) => runQuery(now, query, plans));
}

/** Makes a list of what lies where `query` looks, and notes it; `find` must give the same as long as nothing changes. */
export function readList<Listed extends ListedDocument>(
  reads: ReadSet,
  source: QuerySource,
  query: Query,
  find: (source: QuerySource) => Iterable<Listed>,
): Listed[] {
  const documents = [...find(source)];
  const again = (now: QuerySource): string => documentsFingerprint(find(now));
  reads.queries.push({ query, fingerprint: documentsFingerprint(documents), again });
  return documents;
}

/** Runs an aggregation and notes its result. */
export function readAggregation(
  reads: ReadSet,
  source: QuerySource,
  query: Query,
  plans: readonly ConjunctionPlan[],
  aggregations: readonly Aggregation[],
): Fields {
  const result = aggregate(source, query, plans, aggregations);
  const again = (now: QuerySource): string => fieldsFingerprint(aggregate(now, query, plans, aggregations));
  reads.queries.push({ query, fingerprint: fieldsFingerprint(result), again });
  return result;
}

/**
 * Throws ABORTED unless every read would give the same now as at `since` (the clock of the snapshot it was made in).
 * Queries run again only when something in their collections has changed.
 */
export function checkReads(connection: Connection, names: Names, reads: ReadSet, since: number): void {
  for (const { path, updateTime } of reads.documents.values()) {
    if (findDocument(connection, names, path)?.updateTime !== updateTime) {
      throw aborted("A document that the transaction read has changed. Run the transaction again.");
    }
  }
  const source: QuerySource = { connection, names, reads: { entries: 0, documents: 0 } };
  for (const read of reads.queries) {
    if (lastChange(connection, read.query) <= since) continue;
    if (read.again(source) !== read.fingerprint) {
      throw aborted("The result of a query in the transaction has changed. Run the transaction again.");
    }
  }
}

/** The time of the last change in the collections that a query reads. */
export function lastChange(connection: Connection, query: Query): number {
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
