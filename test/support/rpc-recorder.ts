import * as grpc from "@grpc/grpc-js";
import { firestoreService as service } from "../../src/embedded/rpc/service-definition.js";

/** One recorded RPC. */
export interface Rpc {
  method: string;
  /** The round trip it was part of, counted from 1: the RPCs of a round trip ran at the same time. */
  round: number;
  /** Reads that Cloud Firestore bills: 1 for each document, 1 for 1,000 index entries of an aggregation; at least 1. */
  billedReads: number;
  /** The writes of a commit. */
  writes: number;
  /** Whether it is a read that begins a transaction or is part of one, which takes locks on some stores. */
  locks: boolean;
  /** The bytes of its answer on the wire, without HTTP/2's frames. */
  bytes: number;
}

/** A Firestore that passes every RPC on to another one, and records it. */
export interface RpcRecorder {
  /** Its address, as host:port. */
  host: string;
  /** Runs `work` and gives the RPCs that were made meanwhile. */
  during(work: () => Promise<unknown>): Promise<Rpc[]>;
  close(): Promise<void>;
}

/** A round starts when no other RPC has come for so long: RPCs that a client sends together are one round. */
const QUIET_MS = 100;

// biome-ignore lint/suspicious/noExplicitAny: decoded protocol messages
type Message = any;
/** Passes an RPC on; resolves to a function that sends its answer to the client. */
type Forward = () => Promise<() => void>;

/**
 * Lets RPCs pass in rounds: those that wait are sent together, and their answers are returned together. So the number of
 * rounds is the number of round trips in sequence, however fast the machine and the store are.
 */
function createRounds() {
  let waiting: { forward: Forward; enter(round: number): void }[] = [];
  let round = 0;
  let running = false;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    if (running || waiting.length === 0) return;
    running = true;
    round += 1;
    const together = waiting;
    waiting = [];
    for (const { enter } of together) enter(round);
    for (const answer of await Promise.all(together.map(({ forward }) => forward()))) answer();
    running = false;
    if (waiting.length > 0) wait();
  }
  function wait(): void {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET_MS);
  }
  return {
    join(forward: Forward, enter: (round: number) => void): void {
      waiting.push({ forward, enter });
      wait();
    },
    restart(): void {
      round = 0;
    },
  };
}

/** Starts a recorder in front of a Firestore that speaks gRPC without TLS at `target` (host:port). */
export async function startRpcRecorder(target: string): Promise<RpcRecorder> {
  const client = new (grpc.makeGenericClientConstructor(service, "Firestore"))(
    target,
    grpc.credentials.createInsecure(),
  ) as unknown as Record<string, (...args: unknown[]) => Message>;
  const rounds = createRounds();
  let recorded: Rpc[] = [];

  const server = new grpc.Server();
  const handlers = Object.entries(service).map(([method, { requestStream, responseStream, responseSerialize }]) => {
    if (requestStream) return [method, unrecorded] as const;
    const handler = (call: Message, callback?: grpc.sendUnaryData<Message>) => {
      const { writes, newTransaction, transaction } = call.request;
      const locks = responseStream && Boolean(newTransaction || transaction?.length);
      const rpc: Rpc = { method, round: 0, billedReads: 0, writes: writes?.length ?? 0, bytes: 0, locks };
      recorded.push(rpc);
      const metadata: grpc.Metadata = call.metadata.clone();
      metadata.remove("host");
      const send = client[method]?.bind(client);
      const sizeOf = (response: Message) => responseSerialize(response).length;
      const forward: Forward = responseStream
        ? () => streamed(send?.(call.request, metadata), call, rpc, sizeOf)
        : () =>
            new Promise((resolve) => {
              send?.(call.request, metadata, (error: grpc.ServiceError | null, response: Message) => {
                if (!error) rpc.bytes = sizeOf(response);
                resolve(() => callback?.(error, response));
              });
            });
      rounds.join(forward, (round) => {
        rpc.round = round;
      });
    };
    return [method, handler] as const;
  });
  server.addService(service, Object.fromEntries(handlers));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    host: `127.0.0.1:${port}`,
    async during(work) {
      recorded = [];
      rounds.restart();
      await work();
      return recorded;
    },
    async close() {
      server.forceShutdown();
      (client as unknown as grpc.Client).close();
    },
  };
}

/** Collects a streamed answer; resolves to a function that sends it to the client. */
function streamed(
  upstream: Message,
  call: Message,
  rpc: Rpc,
  sizeOf: (response: Message) => number,
): Promise<() => void> {
  const responses: Message[] = [];
  upstream.on("data", (response: Message) => {
    rpc.billedReads += billed(response);
    rpc.bytes += sizeOf(response);
    responses.push(response);
  });
  return new Promise((resolve) => {
    const answer = (finish: () => void) => () => {
      call.sendMetadata(new grpc.Metadata());
      for (const response of responses) call.write(response);
      finish();
    };
    upstream.on("error", (error: grpc.ServiceError) => resolve(answer(() => call.emit("error", error))));
    upstream.on("end", () => {
      rpc.billedReads = Math.max(1, rpc.billedReads);
      resolve(answer(() => call.end()));
    });
  });
}

function unrecorded(call: Message): void {
  call.emit("error", { code: grpc.status.UNIMPLEMENTED, details: "the recorder passes no request streams" });
}

function billed(response: Message): number {
  if (response.found || response.missing || response.document) return 1;
  const count = response.result?.aggregateFields?.aggregate_0?.integerValue ?? response.result?.aggregateFields?.count;
  if (response.result) return Math.max(1, Math.ceil(Number(count?.integerValue ?? count ?? 0) / 1_000));
  return 0;
}

/** How many round trips in sequence these RPCs took. */
export function roundTrips(rpcs: readonly Rpc[]): number {
  return Math.max(0, ...rpcs.map(({ round }) => round));
}

/** The kilobytes (1,000 bytes) that these RPCs answered. */
export function kilobytes(rpcs: readonly Rpc[]): number {
  return rpcs.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000;
}
