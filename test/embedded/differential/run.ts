import type { AggregateQuerySnapshot, DocumentSnapshot, Firestore, Query, WriteBatch } from "@google-cloud/firestore";
import type {
  Document,
  StructuredAggregationQuery,
  StructuredQuery,
  Timestamp,
  Value,
} from "../../../src/embedded/encoding/messages.js";
import { connect } from "../support/engine.js";
import { type RawClient, rawClient } from "../support/raw.js";
import type { CommitSpec, Program, QuerySpec } from "./arbitraries.js";
import { AGGREGATES, addWrite, toClientQuery, type Versions } from "./client.js";

/** What a program made visible on one store, one line per observation; equal stores give equal lines. */
export type Trace = string[];

/** A store under comparison. */
export interface Subject {
  port: number;
}

/** Times after this are "now" and differ between runs. */
const RECENT_SECONDS = 1_500_000_000;

/** Runs a program in a project of its own and writes down everything a client can see. */
export async function traceOf(subject: Subject, project: string, program: Program): Promise<Trace> {
  const db = connect(subject.port, undefined, project);
  const raw = rawClient(subject.port, project);
  const trace: Trace = [];
  const times = new TimeRanks();
  try {
    for (const [index, spec] of program.commits.entries()) {
      const commit = spec.transaction
        ? transactOnce(db, raw, spec, spec.transaction.query)
        : commitOnce(db, spec, times);
      trace.push(`commit ${index}: ${await commit}`);
    }
    trace.push(...(await dump(raw, times)));
    for (const [index, query] of program.queries.entries()) {
      trace.push(`query ${index}: ${await queryOnce(db, raw, query)}`);
    }
  } finally {
    raw.close();
    await db.terminate();
  }
  return trace;
}

/** Turns times into their rank, once all of them are known: stores run at different times, in the same order. */
class TimeRanks {
  readonly #times = new Set<string>();

  add(time: Timestamp | undefined): string {
    if (!time) return "none";
    const key = `${(time.seconds ?? "0").padStart(12, "0")}.${String(time.nanos ?? 0).padStart(9, "0")}`;
    this.#times.add(key);
    return key;
  }

  rank(key: string): string {
    return key === "none" ? key : `t${[...this.#times].sort().indexOf(key)}`;
  }
}

async function commitOnce(db: Firestore, { writes }: CommitSpec, times: TimeRanks): Promise<string> {
  const batch = db.batch();
  const snapshots = await db.getAll(...writes.map(({ doc }) => db.doc(doc)));
  try {
    for (const write of writes) addWrite(db, batch, write, versionsOf(snapshots));
  } catch (error) {
    return `refused by the client: ${String(error)}`;
  }
  try {
    const results = await batch.commit();
    for (const { writeTime } of results) {
      times.add({ seconds: String(writeTime.seconds), nanos: writeTime.nanoseconds });
    }
    return "ok";
  } catch (error) {
    return refused(error as { code: number; message: string });
  }
}

/** Reads what it writes, and a query's documents; then writes. */
async function transactOnce(db: Firestore, raw: RawClient, { writes }: CommitSpec, spec: QuerySpec): Promise<string> {
  let query: Query;
  try {
    query = toClientQuery(db, spec);
    for (const write of writes) addWrite(db, db.batch(), write, new Map());
  } catch (error) {
    return `refused by the client: ${String(error)}`;
  }
  const { parent, structuredQuery } = (query as unknown as WithProto).toProto();
  const outcome = await raw.runQuery(structuredQuery, parent);
  if (!("messages" in outcome)) return `query ${refused(outcome)}`;
  try {
    return await db.runTransaction(
      async (tx) => {
        const snapshots = await tx.getAll(...writes.map(({ doc }) => db.doc(doc)));
        const found = await tx.get(query);
        // It takes writes as a batch does; only what the methods return is different.
        const batch = tx as unknown as WriteBatch;
        for (const write of writes) addWrite(db, batch, write, versionsOf(snapshots));
        const read = [...snapshots.filter((one) => one.exists), ...found.docs];
        return `ok, read ${read.map(({ ref }) => ref.path).join(" ")}`;
      },
      { maxAttempts: 1 },
    );
  } catch (error) {
    return refused(error as { code: number; message: string });
  }
}

function versionsOf(snapshots: readonly DocumentSnapshot[]): Versions {
  return new Map(snapshots.map(({ ref, updateTime }) => [ref.path, updateTime]));
}

const ALL_DOCS = [
  "c/a",
  "c/b",
  "c/c",
  "c/d",
  "c/__id7__",
  "c/__id12__",
  "c/é",
  "c/z",
  "d/a",
  "d/b",
  "c/a/c/x",
  "d/a/c/a",
];

/** The code that both stores must agree on, and the words that each has of its own. */
function refused({ code, message }: { code: number; message: string }): string {
  return `code ${code}${WORDS}${message}`;
}

/** Separates what is compared from what only helps the reader of a difference. */
const WORDS = " // ";

/** The part of a line that must be the same on both stores. */
export function compared(line: string | undefined): string | undefined {
  return line?.split(WORDS)[0];
}

async function dump(raw: RawClient, times: TimeRanks): Promise<Trace> {
  const outcome = await raw.call<{ found?: Document; missing?: string }>("BatchGetDocuments", {
    database: raw.database,
    documents: ALL_DOCS.map((path) => `${raw.root}/${path}`),
  });
  if (outcome.code !== 0 || !("messages" in outcome)) return [`dump: code ${outcome.code}`];
  const found = outcome.messages.flatMap((message) => message.found ?? []);
  const noted = found.map((doc) => ({ doc, created: times.add(doc.createTime), updated: times.add(doc.updateTime) }));
  return noted
    .map(
      ({ doc, created, updated }) =>
        `${describe(raw, doc)} created ${times.rank(created)} updated ${times.rank(updated)}`,
    )
    .sort();
}

/** The protocol form of a query; the library keeps the method for its own tests. */
interface WithProto {
  toProto(): { parent: string; structuredQuery: StructuredQuery };
}

async function queryOnce(db: Firestore, raw: RawClient, spec: QuerySpec): Promise<string> {
  let query: Query;
  try {
    query = toClientQuery(db, spec);
  } catch (error) {
    return `refused by the client: ${String(error)}`;
  }
  const { parent, structuredQuery } = (query as unknown as WithProto).toProto();
  if (spec.aggregate && !spec.limitToLast) return aggregateOnce(query, raw, parent, structuredQuery);
  const outcome = await raw.runQuery(structuredQuery, parent);
  if (!("messages" in outcome)) return refused(outcome);
  const documents = outcome.messages.flatMap((message) => message.document ?? []);
  // The library only sees what is known to succeed: it would repeat a refused query for seconds.
  const seen = (await query.get()).docs.map((snapshot) => snapshot.ref.path);
  return `${documents.map((doc) => describe(raw, doc)).join(" | ")} || ${seen.join(" ")}`;
}

async function aggregateOnce(
  query: Query,
  raw: RawClient,
  parent: string,
  structuredQuery: StructuredQuery,
): Promise<string> {
  const message: StructuredAggregationQuery = {
    structuredQuery,
    aggregations: [
      { alias: "count", operator: "count", count: {} },
      { alias: "sum", operator: "sum", sum: { field: { fieldPath: "a" } } },
      { alias: "avg", operator: "avg", avg: { field: { fieldPath: "b" } } },
    ],
  };
  const outcome = await raw.aggregate(message, parent);
  if (!("messages" in outcome)) return refused(outcome);
  const fields = outcome.messages[0]?.result?.aggregateFields ?? {};
  const snapshot: AggregateQuerySnapshot<typeof AGGREGATES> = await query.aggregate(AGGREGATES).get();
  return `${canonicalFields(fields)} ${JSON.stringify(snapshot.data())}`;
}

function describe(raw: RawClient, doc: Document): string {
  return `${doc.name?.slice(raw.root.length + 1)}${canonicalFields(doc.fields ?? {})}`;
}

function canonicalFields(fields: Record<string, Value>): string {
  const names = Object.keys(fields).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${fields[name] ? canonical(fields[name]) : ""}`).join()}}`;
}

function canonical(value: Value): string {
  switch (value.valueType) {
    case "doubleValue":
      return Object.is(value.doubleValue, -0) ? "-0.0" : `${value.doubleValue}d`;
    case "integerValue":
      return value.integerValue;
    case "timestampValue": {
      const { seconds = "0", nanos = 0 } = value.timestampValue;
      return Number(seconds) > RECENT_SECONDS ? "now" : `@${seconds}.${nanos}`;
    }
    case "bytesValue":
      return `x${value.bytesValue.toString("hex")}`;
    case "referenceValue":
      return `ref(${value.referenceValue.split("/documents/")[1]})`;
    case "geoPointValue":
      return `geo(${value.geoPointValue.latitude ?? 0},${value.geoPointValue.longitude ?? 0})`;
    case "arrayValue":
      return `[${(value.arrayValue.values ?? []).map(canonical).join()}]`;
    case "mapValue":
      return canonicalFields(value.mapValue.fields ?? {});
    case "stringValue":
      return JSON.stringify(value.stringValue);
    case "booleanValue":
      return String(value.booleanValue);
    case "nullValue":
      return "null";
  }
}
