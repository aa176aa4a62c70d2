import { once } from "node:events";
import { createServer } from "node:net";
import { type Metadata, Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { StoreError } from "../errors.js";
import { tokenCheck } from "./auth.js";
import { type CallGuard, streaming, unary } from "./calls.js";
import type { ChangeFeed } from "./changes.js";
import type { ServiceContext } from "./context.js";
import { batchGetDocuments, getDocument } from "./documents.js";
import { listDocuments } from "./list-documents.js";
import { listenHandler } from "./listen.js";
import { listCollectionIds, partitionQuery } from "./lists.js";
import { runAggregationQuery, runQueryCall } from "./queries.js";
import { servedFirestore } from "./service-definition.js";
import { createDocument, deleteDocument, updateDocument } from "./single.js";
import { type AnswerLimits, DEFAULT_ANSWER_LIMITS } from "./sink.js";
import { writeHandler } from "./write-stream.js";
import { batchWrite, beginTransaction, commit, rollback } from "./writes.js";

export interface ServerOptions {
  port: number;
  token: string | undefined;
  onRpc: ((method: string) => void) | undefined;
  onError: (error: unknown, id: string) => void;
  answerLimits: AnswerLimits | undefined;
}

export interface RunningServer {
  port: number;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
/** Above the largest commit, so that it is refused with its reason and not by the transport. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
const CLOSE_LIMIT_MS = 1_000;

/**
 * Serves google.firestore.v1.Firestore on 127.0.0.1. Throws StoreError `port_taken`.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#google.firestore.v1.Firestore
 */
export async function startServer(
  context: ServiceContext,
  changes: ChangeFeed,
  options: ServerOptions,
): Promise<RunningServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": -1,
  });
  server.addService(servedFirestore, handlers(context, changes, guardOf(options)));
  const port = await bind(server, options.port);
  return { port, close: () => close(server) };
}

function handlers(context: ServiceContext, changes: ChangeFeed, guard: CallGuard): UntypedServiceImplementation {
  return {
    GetDocument: unary(guard, "GetDocument", (request) => getDocument(context, request)),
    ListDocuments: unary(guard, "ListDocuments", (request) => listDocuments(context, request)),
    CreateDocument: unary(guard, "CreateDocument", (request) => createDocument(context, request)),
    UpdateDocument: unary(guard, "UpdateDocument", (request) => updateDocument(context, request)),
    DeleteDocument: unary(guard, "DeleteDocument", (request) => deleteDocument(context, request)),
    BatchGetDocuments: streaming(guard, "BatchGetDocuments", (request, sink) =>
      batchGetDocuments(context, request, sink),
    ),
    BeginTransaction: unary(guard, "BeginTransaction", (request) => beginTransaction(context, request)),
    Commit: unary(guard, "Commit", (request) => commit(context, request)),
    Rollback: unary(guard, "Rollback", (request) => rollback(context, request)),
    RunQuery: streaming(guard, "RunQuery", (request, sink) => runQueryCall(context, request, sink)),
    RunAggregationQuery: streaming(guard, "RunAggregationQuery", (request, sink) =>
      runAggregationQuery(context, request, sink),
    ),
    PartitionQuery: unary(guard, "PartitionQuery", (request) => partitionQuery(context, request)),
    ListCollectionIds: unary(guard, "ListCollectionIds", (request) => listCollectionIds(context, request)),
    BatchWrite: unary(guard, "BatchWrite", (request) => batchWrite(context, request)),
    Listen: listenHandler(guard, context, changes),
    Write: writeHandler(guard, context),
  };
}

function guardOf({ token, onRpc, onError, answerLimits = DEFAULT_ANSWER_LIMITS }: ServerOptions): CallGuard {
  const check = tokenCheck(token);
  return {
    authorize(method: string, metadata: Metadata) {
      check(metadata);
      onRpc?.(method);
    },
    onError,
    answerLimits,
  };
}

async function bind(server: Server, port: number): Promise<number> {
  if (port !== 0) await checkPort(port);
  return await new Promise((resolve, reject) => {
    server.bindAsync(`${HOST}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(unusablePort(port, error));
      else resolve(bound);
    });
  });
}

/** gRPC writes a line of its own to stderr and does not say why; the system does. */
async function checkPort(port: number): Promise<void> {
  const probe = createServer().listen(port, HOST);
  try {
    await once(probe, "listening");
  } catch (error) {
    throw unusablePort(port, error);
  }
  probe.close();
  await once(probe, "close");
}

function unusablePort(port: number, cause: unknown): StoreError {
  const denied = (cause as NodeJS.ErrnoException).code === "EACCES";
  const why = denied ? "is not open to this user" : "is taken";
  return new StoreError("port_taken", `Port ${port} on ${HOST} ${why}. Choose another one.`, { cause });
}

/** Lets running calls end, but not for long. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), CLOSE_LIMIT_MS);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
