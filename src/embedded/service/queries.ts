import { status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";
import type { IndexRules } from "../indexes/config.js";
import type { Consistency, Fields, StructuredAggregationQuery, StructuredQuery, Timestamp } from "../protocol/types.js";
import type { EncodedMessage } from "../protocol/wire.js";
import { aggregate, parseAggregations } from "../queries/aggregate.js";
import type { Query } from "../queries/ast.js";
import { missingVectorIndex, type Nearest, parseNearest } from "../queries/nearest.js";
import { parseQuery } from "../queries/parse.js";
import { type ConjunctionPlan, type Plan, planQuery } from "../queries/planner.js";
import { missingIndexError, type QuerySource } from "../queries/run.js";
import { readAggregation } from "../transactions/reads.js";
import type { MessageSink } from "./calls.js";
import type { ServiceContext } from "./context.js";
import { type ExplainMetrics, type ExplainOptions, holdLast, planSummary, withStats } from "./explain.js";
import { type View, withView } from "./reads.js";
import { messageOf, type RunQueryResponse, resultOf, resultsOf } from "./results.js";

interface RunQueryRequest extends Consistency {
  parent?: string;
  structuredQuery?: StructuredQuery;
  explainOptions?: ExplainOptions;
}

interface RunAggregationQueryRequest extends Consistency {
  parent?: string;
  structuredAggregationQuery?: StructuredAggregationQuery;
  explainOptions?: ExplainOptions;
}

interface RunAggregationQueryResponse {
  result?: { aggregateFields: Fields };
  transaction?: Buffer;
  readTime?: Timestamp;
  explainMetrics?: ExplainMetrics;
}

/** RunQuery: the documents in order, then a last message with the time of the read. */
export async function runQueryCall(
  context: ServiceContext,
  request: RunQueryRequest,
  sink: MessageSink<RunQueryResponse | EncodedMessage>,
): Promise<void> {
  const startedAt = performance.now();
  const { findNearest, ...structured } = request.structuredQuery ?? {};
  const query = parseQuery(request.parent ?? "", structured);
  const nearest = findNearest && parseNearest(findNearest, structured);
  const plans = await coveredBy(context, query, nearest);
  const explained = request.explainOptions && planSummary(query, plans, nearest);
  if (explained && !request.explainOptions?.analyze) return sink.write({ explainMetrics: explained });
  await withView(context, request, async (view) => {
    const { readTime } = view;
    const last = explained && holdLast<RunQueryResponse>(sink);
    if (view.began) await sink.write({ transaction: view.began, readTime });
    const source = await sourceOf(context, view);
    let results = 0;
    for await (const { document, added } of resultsOf(source, view, query, plans, nearest)) {
      results++;
      if (last) await last.write(messageOf(document, query, readTime, added));
      else await sink.write(resultOf(document, query, readTime, added));
    }
    context.onRead?.(source.reads);
    const end = { readTime, ...(query.offset > 0 ? { skippedResults: query.offset } : {}) };
    if (!explained || !last) return sink.write(end);
    await last.end({ ...end, explainMetrics: withStats(explained, source.reads, results, startedAt) });
  });
}

/** RunAggregationQuery: one message with the results. */
export async function runAggregationQuery(
  context: ServiceContext,
  request: RunAggregationQueryRequest,
  sink: MessageSink<RunAggregationQueryResponse>,
): Promise<void> {
  const startedAt = performance.now();
  const message = request.structuredAggregationQuery ?? {};
  const aggregations = parseAggregations(message);
  const required = aggregations.flatMap(({ path }) => (path ? [path] : []));
  const query = parseQuery(request.parent ?? "", message.structuredQuery ?? {}, required);
  const plans = await coveredBy(context, query);
  const explained = request.explainOptions && planSummary(query, plans);
  if (explained && !request.explainOptions?.analyze) return sink.write({ explainMetrics: explained });
  await withView(context, request, async (view) => {
    const source = await sourceOf(context, view);
    const aggregateFields = view.transaction
      ? readAggregation(view.transaction.reads, source, query, plans, aggregations)
      : aggregate(source, query, plans, aggregations);
    context.onRead?.(source.reads);
    const began = view.began ? { transaction: view.began } : {};
    const explainMetrics = explained && withStats(explained, source.reads, 1, startedAt);
    await sink.write({
      result: { aggregateFields },
      readTime: view.readTime,
      ...began,
      ...(explainMetrics ? { explainMetrics } : {}),
    });
  });
}

/** The plans of a query that the indexes cover; else FAILED_PRECONDITION with the definition to add. */
export async function coveredBy(context: ServiceContext, query: Query, nearest?: Nearest): Promise<ConjunctionPlan[]> {
  const { store } = context;
  let plan = planSearch(query, nearest, store.rules());
  if (!plan.covered && context.createIndexes) {
    await store.addIndexes(plan.missing);
    plan = planSearch(query, nearest, store.rules());
  }
  if (!plan.covered) throw missingIndexError(plan.missing);
  return plan.conjunctions;
}

/** The plan of a query, and of a vector search in its results: that takes an index of its own. */
function planSearch(query: Query, nearest: Nearest | undefined, rules: IndexRules): Plan {
  const plan = planQuery(query, rules);
  const missing = nearest && missingVectorIndex(query, nearest, rules.vectors);
  return missing ? { covered: false, missing: [...(plan.covered ? [] : plan.missing), missing] } : plan;
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
  return { connection: view.connection, names: context.names, reads: { entries: 0, documents: 0 } };
}
