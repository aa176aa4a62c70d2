import { setImmediate as nextTurn } from "node:timers/promises";
import type { Document, Fields, Timestamp } from "../protocol/types.js";
import { type EncodedMessage, encodedResult } from "../protocol/wire.js";
import type { Query } from "../queries/ast.js";
import { createRanking, type Nearest } from "../queries/nearest.js";
import type { ConjunctionPlan } from "../queries/planner.js";
import { projectFields } from "../queries/project.js";
import { type QuerySource, runQuery } from "../queries/run.js";
import { fieldsOf, type StoredDocument, toMessage } from "../storage/documents.js";
import { readQuery } from "../transactions/reads.js";
import type { ExplainMetrics } from "./explain.js";
import type { View } from "./reads.js";

/** One message of the answer to RunQuery. */
export interface RunQueryResponse {
  transaction?: Buffer;
  document?: Document;
  readTime?: Timestamp;
  skippedResults?: number;
  explainMetrics?: ExplainMetrics;
}

/** After this many documents other requests get their turn. */
const DOCUMENTS_PER_TURN = 200;

/** A document of an answer, with fields that only the answer has. */
interface Result {
  document: StoredDocument;
  added?: Fields;
}

/** The results of a query, or of the vector search in them; in between, other requests get their turns. */
export async function* resultsOf(
  source: QuerySource,
  view: View,
  query: Query,
  plans: readonly ConjunctionPlan[],
  nearest: Nearest | undefined,
): AsyncGenerator<Result> {
  const ranking = nearest && createRanking<StoredDocument>(nearest);
  let count = 0;
  for (const document of queryDocuments(source, view, query, plans)) {
    if (ranking) ranking.add(document, fieldsOf(document));
    else yield { document };
    if (++count % DOCUMENTS_PER_TURN === 0) await nextTurn();
  }
  for (const { item: document, distance } of ranking?.best() ?? []) {
    yield nearest?.resultField === undefined
      ? { document }
      : { document, added: { [nearest.resultField]: { valueType: "doubleValue", doubleValue: distance } } };
  }
}

function queryDocuments(
  source: QuerySource,
  view: View,
  query: Query,
  plans: readonly ConjunctionPlan[],
): Iterable<StoredDocument> {
  // A transaction has to know the whole result before it can vouch for it.
  return view.transaction ? readQuery(view.transaction.reads, source, query, plans) : runQuery(source, query, plans);
}

/** A result as a message, from its stored bytes when nothing is left out or added. */
export function resultOf(
  document: StoredDocument,
  query: Query,
  readTime: Timestamp,
  added: Fields | undefined,
): RunQueryResponse | EncodedMessage {
  if (!query.select && !added) return encodedResult(document, readTime);
  return messageOf(document, query, readTime, added);
}

/** A result as a message that more can be said in. */
export function messageOf(
  document: StoredDocument,
  { select }: Query,
  readTime: Timestamp,
  added: Fields | undefined,
): RunQueryResponse {
  const fields = { ...fieldsOf(document), ...added };
  return { document: toMessage(document, select ? projectFields(fields, select) : fields), readTime };
}
