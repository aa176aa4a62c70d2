import * as grpc from "@grpc/grpc-js";

/** What becomes of a commit: it passes, is refused unseen, or is applied and its answer lost; the last two are UNAVAILABLE. */
export type Fate = "passes" | "refused" | "answer lost";

/** A Firestore that passes everything on to another one, but decides over commits. */
export interface FatedCommits {
  host: string;
  /** The fate of the commits that come. */
  fate: Fate;
  /** How many commits came. */
  commits(): number;
  close(): void;
}

type Bytes = Buffer;
type Unary = (call: grpc.ServerUnaryCall<Bytes, Bytes>, callback: grpc.sendUnaryData<Bytes>) => void;

const LOST = { code: grpc.status.UNAVAILABLE, details: "the connection was lost" };
const STREAMS = ["BatchGetDocuments", "RunQuery", "RunAggregationQuery"];
const UNARY = ["Commit", "Rollback"];
const same = (bytes: Bytes): Bytes => bytes;
const codec = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
const path = (method: string) => `/google.firestore.v1.Firestore/${method}`;

/** Starts one in front of a Firestore that speaks gRPC without TLS at `target` (host:port). Messages pass as bytes. */
export async function startFatedCommits(target: string): Promise<FatedCommits> {
  const client = new grpc.Client(target, grpc.credentials.createInsecure());
  let came = 0;
  const metadataOf = ({ metadata }: { metadata: grpc.Metadata }) => {
    const passed = metadata.clone();
    passed.remove("host");
    return passed;
  };

  const unary =
    (method: string): Unary =>
    (call, callback) => {
      const fate = method === "Commit" ? control.fate : "passes";
      if (method === "Commit") came += 1;
      const answer: grpc.requestCallback<Bytes> = (error, response) =>
        fate === "passes" ? callback(error, response) : callback(LOST);
      if (fate === "refused") callback(LOST);
      else client.makeUnaryRequest(path(method), same, same, call.request, metadataOf(call), answer);
    };

  const stream = (method: string) => (call: grpc.ServerWritableStream<Bytes, Bytes>) => {
    const upstream = client.makeServerStreamRequest(path(method), same, same, call.request, metadataOf(call));
    call.sendMetadata(new grpc.Metadata());
    upstream.on("data", (bytes: Bytes) => call.write(bytes));
    upstream.on("error", (error) => call.emit("error", error));
    upstream.on("end", () => call.end());
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
  const control: FatedCommits = {
    host: `127.0.0.1:${port}`,
    fate: "passes",
    commits: () => came,
    close() {
      server.forceShutdown();
      client.close();
    },
  };
  return control;
}
