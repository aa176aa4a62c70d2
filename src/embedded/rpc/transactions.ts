import { status } from "@grpc/grpc-js";
import type { StatusMessage, Timestamp, TransactionOptions, Write, WriteResult } from "../encoding/messages.js";
import { formatPath, parseDatabase } from "../encoding/resource-path.js";
import { fromMicros } from "../encoding/timestamps.js";
import { invalidRequest, StatusError } from "../errors.js";
import { toStatusError } from "../storage/sqlite.js";
import type { Committed } from "../txn/commit.js";
import { type PlannedWrite, planWrite } from "../txn/planned-write.js";
import { checkSequence } from "../txn/write-sequence.js";
import type { ServiceContext } from "./context.js";
import type { Received } from "./service-definition.js";

interface BeginTransactionRequest {
  database?: string;
  options?: TransactionOptions;
}

interface CommitRequest extends Received {
  database?: string;
  writes?: Write[];
  transaction?: Buffer;
}

/** The answer of Commit. */
export interface CommitResponse {
  writeResults: WriteResult[];
  commitTime: Timestamp;
}

interface RollbackRequest {
  transaction?: Buffer;
}

interface BatchWriteRequest extends Received {
  database?: string;
  writes?: Write[];
}

interface BatchWriteResponse {
  writeResults: WriteResult[];
  status: StatusMessage[];
}

/** https://firebase.google.com/docs/firestore/quotas#writes_and_transactions */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/** BeginTransaction: takes the snapshot that the transaction's reads will see. */
export async function beginTransaction(
  { transactions }: ServiceContext,
  request: BeginTransactionRequest,
): Promise<{ transaction: Buffer }> {
  parseDatabase(request.database ?? "");
  return { transaction: (await transactions.begin(request.options)).id };
}

/** Commit: all writes or none. A transaction ends here, whichever way. */
export async function commit(context: ServiceContext, request: CommitRequest): Promise<CommitResponse> {
  checkRequestSize(request);
  if (request.transaction?.length) return commitTransaction(context, request, request.transaction);
  const writes = planWrites(request.database, request.writes ?? []);
  checkSequence(writes);
  return responseOf(await context.commit(writes));
}

async function commitTransaction(
  { transactions, commit }: ServiceContext,
  { database, writes: asked = [] }: CommitRequest,
  id: Buffer,
): Promise<CommitResponse> {
  const transaction = transactions.take(id);
  try {
    const writes = planWrites(database, asked);
    if (transaction.readOnly && writes.length > 0) throw invalidRequest("A read-only transaction cannot write.");
    checkSequence(writes);
    if (writes.length > 0) return responseOf(await commit(writes, transaction));
  } catch (error) {
    transactions.changedNothing(transaction, error);
    throw error;
  }
  // All that it read was so at one moment, that of its snapshot, whatever has changed since: then it took place.
  transactions.changedNothing(transaction);
  return { writeResults: [], commitTime: transaction.readTime };
}

function responseOf({ results, time }: Committed): CommitResponse {
  return { writeResults: results, commitTime: fromMicros(time) };
}

/** Rollback: ends a transaction without a trace; one that has ended already may be rolled back again. */
export async function rollback({ transactions }: ServiceContext, request: RollbackRequest): Promise<object> {
  transactions.forget(request.transaction ?? Buffer.alloc(0));
  return {};
}

/** BatchWrite: each write stands alone and has a status of its own; no document may occur twice. */
export async function batchWrite(context: ServiceContext, request: BatchWriteRequest): Promise<BatchWriteResponse> {
  checkRequestSize(request);
  const planned = planWrites(request.database, request.writes ?? []);
  const names = new Set(planned.map(({ path }) => formatPath(path)));
  if (names.size < planned.length) throw invalidRequest("A document may be written once per batch.");
  const outcomes = await Promise.allSettled(planned.map((write) => context.commit([write])));
  const response: BatchWriteResponse = { writeResults: [], status: [] };
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") {
      response.writeResults.push(...outcome.value.results);
      response.status.push({ code: status.OK });
      continue;
    }
    const error = toStatusError(outcome.reason);
    if (!(error instanceof StatusError)) throw error;
    response.writeResults.push({});
    response.status.push({ code: error.code, message: error.message });
  }
  return response;
}

function checkRequestSize({ byteLength }: Received): void {
  if (byteLength !== undefined && byteLength > MAX_REQUEST_BYTES) {
    throw invalidRequest(`The request has ${byteLength} bytes, which is over the limit of ${MAX_REQUEST_BYTES} bytes.`);
  }
}

/** Reads writes and checks that they stay inside the database that the request names. */
function planWrites(database: string | undefined, writes: readonly Write[]): PlannedWrite[] {
  const root = parseDatabase(database ?? "");
  const planned = writes.map(planWrite);
  for (const { path } of planned) {
    if (path.root !== root) throw invalidRequest(`${formatPath(path)} is not in the database ${database}.`);
  }
  return planned;
}
