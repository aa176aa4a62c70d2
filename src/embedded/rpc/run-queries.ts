import { setImmediate as nextTurn } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type {
  Consistency,
  Document,
  Fields,
  StructuredAggregationQuery,
  StructuredQuery,
  Timestamp,
} from "../encoding/messages.js";
import { StatusError, unimplemented } from "../errors.js";
import { aggregate, parseAggregations } from "../query/aggregate.js";
import { noReads } from "../query/index-scan.js";
import { missingIndexError } from "../query/missing-index.js";
import { parseQuery } from "../query/parse-query.js";
import type { ParsedQuery } from "../query/parsed-query.js";
import { type ConjunctionPlan, planQuery } from "../query/planner.js";
import { type QuerySource, runQuery } from "../query/run-query.js";
import type { StoredDocument } from "../storage/documents.js";
import { readAggregation, readQuery } from "../txn/read-set.js";
import type { MessageSink } from "./backpressure.js";
import type { QueryRead, ServiceContext } from "./context.js";
import { type EncodedMessage, encodedResult } from "./encoded-answers.js";
import { type View, withView } from "./read-views.js";

interface RunQueryRequest extends Consistency {
  parent?: string;
  structuredQuery?: StructuredQuery;
  explainOptions?: object;
}

interface RunQueryResponse {
  transaction?: Buffer;
  document?: Document;
  readTime?: Timestamp;
}

interface RunAggregationQueryRequest extends Consistency {
  parent?: string;
  structuredAggregationQuery?: StructuredAggregationQuery;
  explainOptions?: object;
}

interface RunAggregationQueryResponse {
  result?: { aggregateFields: Fields };
  transaction?: Buffer;
  readTime?: Timestamp;
}

/** After this many documents other requests get their turn. */
const DOCUMENTS_PER_TURN = 200;

/**
 * RunQuery: the documents in order, then a last message with the time of the read.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#runqueryrequest
 */
export async function runQueryCall(
  context: ServiceContext,
  request: RunQueryRequest,
  sink: MessageSink<RunQueryResponse | EncodedMessage>,
): Promise<void> {
  if (request.explainOptions) throw unimplemented("Query explain (explain_options)");
  const query = parseQuery(request.parent ?? "", request.structuredQuery ?? {});
  const plans = await coveredBy(context, query);
  await withView(context, request, async (view) => {
    const { readTime } = view;
    if (view.began) await sink.write({ transaction: view.began, readTime });
    let count = 0;
    const source = await sourceOf(context, view);
    for (const document of queryDocuments(source, view, query, plans)) {
      await sink.write(encodedResult(document, readTime, query.select));
      if (++count % DOCUMENTS_PER_TURN === 0) await nextTurn();
    }
    context.onRead?.(queryRead(source, query, plans, false));
    await sink.write({ readTime });
  });
}

/** RunAggregationQuery: one message with the results. */
export async function runAggregationQuery(
  context: ServiceContext,
  request: RunAggregationQueryRequest,
  sink: MessageSink<RunAggregationQueryResponse>,
): Promise<void> {
  if (request.explainOptions) throw unimplemented("Query explain (explain_options)");
  const message = request.structuredAggregationQuery ?? {};
  const aggregations = parseAggregations(message);
  const required = aggregations.flatMap(({ path }) => (path ? [path] : []));
  const query = parseQuery(request.parent ?? "", message.structuredQuery ?? {}, required);
  const plans = await coveredBy(context, query);
  await withView(context, request, async (view) => {
    const source = await sourceOf(context, view);
    const aggregateFields = view.transaction
      ? readAggregation(view.transaction.reads, source, query, plans, aggregations)
      : aggregate(source, query, plans, aggregations);
    context.onRead?.(queryRead(source, query, plans, true));
    const began = view.began ? { transaction: view.began } : {};
    await sink.write({ result: { aggregateFields }, readTime: view.readTime, ...began });
  });
}

/** The plans of a query that the indexes cover; else FAILED_PRECONDITION with the definition to add. */
export async function coveredBy(context: ServiceContext, query: ParsedQuery): Promise<ConjunctionPlan[]> {
  const { store } = context;
  let plan = planQuery(query, store.rules());
  if (!plan.covered && context.createIndexes) {
    await store.addIndexes(plan.missing);
    plan = planQuery(query, store.rules());
  }
  if (!plan.covered) throw missingIndexError(query.parent.root, plan.missing);
  return plan.conjunctions;
}

/** The snapshot of a view, provided that it holds the entries of every index that this process plans with. */
export async function sourceOf(context: ServiceContext, view: View): Promise<QuerySource> {
  if (!context.store.servesIndexes(view.connection)) {
    await context.store.adoptIndexes();
    throw new StatusError(
      status.UNAVAILABLE,
      "Another process changed the indexes; they are right again now. Try again.",
    );
  }
  return { connection: view.connection, names: context.names, reads: noReads() };
}

function queryRead(
  { reads }: QuerySource,
  { collection }: ParsedQuery,
  plans: readonly ConjunctionPlan[],
  aggregation: boolean,
): QueryRead {
  const indexes = new Set(plans.flatMap(({ scans }) => scans.map(({ index }) => index)));
  return { ...reads, collection, indexes: [...indexes], aggregation };
}

function queryDocuments(
  source: QuerySource,
  view: View,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
): Iterable<StoredDocument> {
  // A transaction has to know the whole result before it can vouch for it.
  return view.transaction ? readQuery(view.transaction.reads, source, query, plans) : runQuery(source, query, plans);
}
