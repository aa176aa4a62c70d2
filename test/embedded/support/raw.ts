import { credentials, Metadata, makeGenericClientConstructor, type ServiceError } from "@grpc/grpc-js";
import type {
  Document,
  Fields,
  StructuredAggregationQuery,
  StructuredQuery,
  Timestamp,
  Write,
  WriteResult,
} from "../../../src/embedded/encoding/messages.js";
import { firestoreService } from "../../../src/embedded/rpc/service-definition.js";

/** The outcome of a raw RPC: its messages, or the gRPC status that ended it. */
export type Outcome<T> = { code: 0; messages: T[] } | { code: number; message: string };

/** A message of RunQuery. */
export interface QueryMessage {
  document?: Document;
  transaction?: Buffer;
  readTime?: Timestamp;
}

/** A client without the Firestore library: no retries, no checks, exactly one RPC per call. */
export interface RawClient {
  database: string;
  root: string;
  runQuery(structuredQuery: StructuredQuery, parent?: string): Promise<Outcome<QueryMessage>>;
  aggregate(
    structuredAggregationQuery: StructuredAggregationQuery,
    parent?: string,
  ): Promise<Outcome<{ result?: { aggregateFields?: Fields } }>>;
  commit(
    writes: Write[],
    transaction?: Buffer,
  ): Promise<Outcome<{ writeResults?: WriteResult[]; commitTime?: Timestamp }>>;
  call<T>(method: string, request: object): Promise<Outcome<T>>;
  /** Opens an RPC with streams in both directions. */
  open<T>(method: string): RawStream<T>;
  close(): void;
}

/** An open RPC with streams in both directions. */
export interface RawStream<T> {
  send(request: object): void;
  /** Says that no request comes any more. */
  end(): void;
  /** Goes away without a word. */
  vanish(): void;
  /** The next message; rejects when the stream ends instead. */
  next(): Promise<T>;
  /** The messages up to the end of the stream, or the status that it failed with. */
  rest(): Promise<Outcome<T>>;
}

const Client = makeGenericClientConstructor(firestoreService, "Firestore", {});

/** Connects without TLS; `token` is sent as a bearer token. */
export function rawClient(port: number, project: string, token?: string): RawClient {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  const database = `projects/${project}/databases/(default)`;
  const root = `${database}/documents`;
  const metadata = new Metadata();
  // The emulator lists collections for its owner only.
  metadata.set("authorization", `Bearer ${token ?? "owner"}`);
  metadata.set("google-cloud-resource-prefix", database);
  const definitionOf = (method: string) => {
    const definition = firestoreService[method];
    if (!definition) throw new Error(`no method ${method}`);
    return definition;
  };
  const call = <T>(method: string, request: object): Promise<Outcome<T>> => {
    const definition = definitionOf(method);
    const failed = (error: ServiceError): Outcome<T> => ({ code: error.code, message: error.details });
    return new Promise((resolve) => {
      const { path, requestSerialize, responseDeserialize } = definition;
      const decode = responseDeserialize as (bytes: Buffer) => T;
      if (!definition.responseStream) {
        client.makeUnaryRequest(path, requestSerialize, decode, request, metadata, (error, response) => {
          resolve(error ? failed(error) : { code: 0, messages: response === undefined ? [] : [response] });
        });
        return;
      }
      const messages: T[] = [];
      const stream = client.makeServerStreamRequest(path, requestSerialize, decode, request, metadata);
      stream.on("data", (message: T) => messages.push(message));
      stream.on("error", (error: ServiceError) => resolve(failed(error)));
      stream.on("end", () => resolve({ code: 0, messages }));
    });
  };
  const open = <T>(method: string): RawStream<T> => {
    const { path, requestSerialize, responseDeserialize } = definitionOf(method);
    const decode = responseDeserialize as (bytes: Buffer) => T;
    const stream = client.makeBidiStreamRequest(path, requestSerialize, decode, metadata);
    // Whoever reads gets the failure; a test that reads no more does not want to hear of it.
    stream.on("error", () => {});
    const messages = stream[Symbol.asyncIterator]() as AsyncIterator<T>;
    return {
      send: (request) => stream.write(request),
      end: () => stream.end(),
      vanish: () => stream.cancel(),
      async next() {
        const { value, done } = await messages.next();
        if (done) throw new Error("the stream has ended");
        return value;
      },
      async rest() {
        const rest: T[] = [];
        try {
          for (let next = await messages.next(); !next.done; next = await messages.next()) rest.push(next.value);
          return { code: 0, messages: rest };
        } catch (error) {
          const { code, details } = error as ServiceError;
          return { code, message: details };
        }
      },
    };
  };
  return {
    database,
    root,
    call,
    open,
    runQuery: (structuredQuery, parent = root) => call("RunQuery", { parent, structuredQuery }),
    aggregate: (structuredAggregationQuery, parent = root) =>
      call("RunAggregationQuery", { parent, structuredAggregationQuery }),
    commit: (writes, transaction) => call("Commit", { database, writes, ...(transaction ? { transaction } : {}) }),
    close: () => client.close(),
  };
}
