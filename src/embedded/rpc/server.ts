import { once } from "node:events";
import type { Http2Server } from "node:http2";
import { createServer } from "node:net";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { StoreError } from "../errors.js";
import { type AdmissionLimits, admitTo, CALL_NUMBER } from "./admission.js";
import { type AnswerLimits, DEFAULT_ANSWER_LIMITS } from "./backpressure.js";
import type { ChangeFeed } from "./change-feed.js";
import { listCollectionIds, partitionQuery } from "./collections-and-partitions.js";
import type { ServiceContext } from "./context.js";
import { createDocument, deleteDocument, updateDocument } from "./document-writes.js";
import { batchGetDocuments, getDocument } from "./get-documents.js";
import { type CallGuard, streaming, unary } from "./handler-wrappers.js";
import { listDocuments } from "./list-documents.js";
import { listenHandler } from "./listen.js";
import type { ReceivedBytes } from "./received-bytes.js";
import { runAggregationQuery, runQueryCall } from "./run-queries.js";
import { servedFirestore } from "./service-definition.js";
import { batchWrite, beginTransaction, commit, rollback } from "./transactions.js";
import { writeHandler } from "./write-stream.js";

/** How the RPC server is started. */
export interface RpcServerOptions {
  port: number;
  token: string | undefined;
  onError: (error: unknown, id: string) => void;
  onFault: CallGuard["onFault"];
  answerLimits: AnswerLimits | undefined;
  admissionLimits: AdmissionLimits | undefined;
}

/** A listening RPC server. */
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
export async function startRpcServer(
  context: ServiceContext,
  changes: ChangeFeed,
  options: RpcServerOptions,
): Promise<RunningServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": -1,
  });
  let received: ReceivedBytes | undefined;
  const guard: CallGuard = {
    onError: options.onError,
    onFault: options.onFault,
    answerLimits: options.answerLimits ?? DEFAULT_ANSWER_LIMITS,
    onRequestDone: (call, bytes) => received?.done(String(call.get(CALL_NUMBER)[0]), bytes),
  };
  server.addService(servedFirestore, handlers(context, changes, guard));
  const port = await bind(server, options.port);
  // Nothing has connected yet: that is told in a later turn of the event loop.
  received = admitTo(http2ServerOf(server), {
    token: options.token,
    limits: options.admissionLimits ?? {},
    isMany: (path) => MANY.has(path),
  });
  const stop = async (): Promise<void> => {
    await close(server);
    received?.close();
  };
  return { port, close: stop };
}

/** The paths of the calls that have a stream of requests. */
const MANY: ReadonlySet<string> = new Set(
  Object.values(servedFirestore)
    .filter(({ requestStream }) => requestStream)
    .map(({ path }) => path),
);

/**
 * The HTTP/2 server inside a gRPC server that is bound to one address. The library keeps it private, and has no other way
 * to its settings, its connections and the headers of a call before its body.
 */
function http2ServerOf(server: Server): Http2Server {
  const [inner] = (server as unknown as { http2Servers: Map<Http2Server, unknown> }).http2Servers.keys();
  if (!inner) throw new Error("@grpc/grpc-js has no HTTP/2 server where it had one");
  return inner;
}

function handlers(context: ServiceContext, changes: ChangeFeed, guard: CallGuard): UntypedServiceImplementation {
  return {
    GetDocument: unary(guard, (request) => getDocument(context, request)),
    ListDocuments: unary(guard, (request) => listDocuments(context, request)),
    CreateDocument: unary(guard, (request) => createDocument(context, request)),
    UpdateDocument: unary(guard, (request) => updateDocument(context, request)),
    DeleteDocument: unary(guard, (request) => deleteDocument(context, request)),
    BatchGetDocuments: streaming(guard, (request, sink) => batchGetDocuments(context, request, sink)),
    BeginTransaction: unary(guard, (request) => beginTransaction(context, request)),
    Commit: unary(guard, (request) => commit(context, request)),
    Rollback: unary(guard, (request) => rollback(context, request)),
    RunQuery: streaming(guard, (request, sink) => runQueryCall(context, request, sink)),
    RunAggregationQuery: streaming(guard, (request, sink) => runAggregationQuery(context, request, sink)),
    PartitionQuery: unary(guard, (request) => partitionQuery(context, request)),
    ListCollectionIds: unary(guard, (request) => listCollectionIds(context, request)),
    BatchWrite: unary(guard, (request) => batchWrite(context, request)),
    Listen: listenHandler(guard, context, changes),
    Write: writeHandler(guard, context),
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

/** Lets running calls end, but not for long, and then their connections, but not for long either. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    let limit = setTimeout(() => {
      server.forceShutdown();
      limit = setTimeout(resolve, CLOSE_LIMIT_MS);
    }, CLOSE_LIMIT_MS);
    server.tryShutdown(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}
