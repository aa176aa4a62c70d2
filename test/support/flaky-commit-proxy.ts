import { EventEmitter, once } from "node:events";
import * as grpc from "@grpc/grpc-js";

/**
 * What happens to a commit: it passes, is refused without reaching the store, is applied and its answer lost, or is held
 * back until it is released. The client sees the second and third as UNAVAILABLE.
 */
export type CommitOutcome = "passes" | "refused" | "answer lost" | "held";

/** A Firestore that passes every call on to another one, and can make commits fail. */
export interface FlakyCommitProxy {
  /** Its address, as host:port. */
  host: string;
  /** What happens to the next commits. */
  outcome: CommitOutcome;
  /** How many commits were sent to it. */
  commits(): number;
  /** Answers the next call of this method with an error, before anything else, as if the store had. */
  refuseNext(method: Method, error: { code: grpc.status; details: string }): void;
  /** The requests of this method that were sent to it, as text by which they can be compared. */
  requests(method: Method): string[];
  /** Resolves when a commit is held back. */
  holds(): Promise<void>;
  /** Lets the commits that are held back pass, and all to come. */
  release(): void;
  close(): void;
}

/** The methods that a client of the board calls. */
type Method = "BatchGetDocuments" | "RunQuery" | "RunAggregationQuery" | "Commit" | "Rollback";
type Bytes = Buffer;
type Unary = (call: grpc.ServerUnaryCall<Bytes, Bytes>, callback: grpc.sendUnaryData<Bytes>) => void;

const LOST = { code: grpc.status.UNAVAILABLE, details: "the connection was lost" };
const STREAMS: Method[] = ["BatchGetDocuments", "RunQuery", "RunAggregationQuery"];
const UNARY: Method[] = ["Commit", "Rollback"];
const same = (bytes: Bytes): Bytes => bytes;
const codec = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
const path = (method: string) => `/google.firestore.v1.Firestore/${method}`;

/** Starts a proxy in front of a Firestore that speaks gRPC without TLS at `target` (host:port). Messages pass as bytes. */
export async function startFlakyCommitProxy(target: string): Promise<FlakyCommitProxy> {
  const client = new grpc.Client(target, grpc.credentials.createInsecure());
  let received = 0;
  const held: (() => void)[] = [];
  const commits = new EventEmitter();
  const metadataOf = ({ metadata }: { metadata: grpc.Metadata }) => {
    const passed = metadata.clone();
    passed.remove("host");
    return passed;
  };

  const requests: { method: Method; request: string }[] = [];
  const refusals: { method: Method; error: { code: grpc.status; details: string } }[] = [];
  /** Notes a call; gives the error with which it is to be refused. */
  const receive = (method: Method, request: Bytes) => {
    requests.push({ method, request: request.toString("base64") });
    const at = refusals.findIndex((refusal) => refusal.method === method);
    return at === -1 ? undefined : refusals.splice(at, 1)[0]?.error;
  };

  const unary =
    (method: Method): Unary =>
    (call, callback) => {
      const refusal = receive(method, call.request);
      if (refusal) return callback(refusal);
      const outcome = method === "Commit" ? proxy.outcome : "passes";
      if (method === "Commit") received += 1;
      const answer: grpc.requestCallback<Bytes> = (error, response) =>
        outcome === "answer lost" ? callback(LOST) : callback(error, response);
      const passOn = () => client.makeUnaryRequest(path(method), same, same, call.request, metadataOf(call), answer);
      if (outcome === "held") {
        held.push(passOn);
        commits.emit("held");
      } else if (outcome === "refused") callback(LOST);
      else passOn();
    };

  const stream = (method: Method) => (call: grpc.ServerWritableStream<Bytes, Bytes>) => {
    const refusal = receive(method, call.request);
    if (refusal) return call.emit("error", refusal);
    const upstream = client.makeServerStreamRequest(path(method), same, same, call.request, metadataOf(call));
    call.sendMetadata(new grpc.Metadata());
    upstream.on("data", (bytes: Bytes) => call.write(bytes));
    upstream.on("error", (error) => call.emit("error", error));
    upstream.on("end", () => call.end());
    return undefined;
  };

  const server = new grpc.Server();
  const definition = (method: string, responseStream: boolean) => [
    method,
    { path: path(method), requestStream: false, responseStream, ...codec },
  ];
  server.addService(
    Object.fromEntries([
      ...STREAMS.map((name) => definition(name, true)),
      ...UNARY.map((name) => definition(name, false)),
    ]),
    Object.fromEntries([
      ...STREAMS.map((name) => [name, stream(name)] as const),
      ...UNARY.map((name) => [name, unary(name)] as const),
    ]),
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const proxy: FlakyCommitProxy = {
    host: `127.0.0.1:${port}`,
    outcome: "passes",
    commits: () => received,
    refuseNext: (method, error) => {
      refusals.push({ method, error });
    },
    requests: (method) => requests.filter((one) => one.method === method).map(({ request }) => request),
    async holds() {
      if (held.length === 0) await once(commits, "held");
    },
    release() {
      proxy.outcome = "passes";
      for (const pass of held.splice(0)) pass();
    },
    close() {
      server.forceShutdown();
      client.close();
    },
  };
  return proxy;
}
