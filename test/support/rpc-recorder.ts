import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

/** The network that is simulated: RPCs that were sent together must be under way together to be told from a sequence. */
const LATENCY_MS = 25;

const require = createRequire(import.meta.url);

/** One RPC as it passed: when it began and ended, in the order of all such events, and what it brought. */
export interface Rpc {
  method: string;
  began: number;
  ended: number;
  /** Documents that Cloud Firestore would bill: those returned, an aggregation's index entries by the thousand; at least 1. */
  billedReads: number;
  writes: number;
}

/** A Firestore that passes every RPC on to another one and records it. */
export interface RpcRecorder {
  host: string;
  /** Forgets what was recorded; runs `work`; gives what passed meanwhile. */
  during(work: () => Promise<unknown>): Promise<Rpc[]>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: decoded protocol messages
type Message = any;

/** Starts a recorder in front of a Firestore that speaks gRPC without TLS at `target` (host:port). */
export async function startRpcRecorder(target: string): Promise<RpcRecorder> {
  const options = { longs: String, enums: String, bytes: Buffer, defaults: false } as const;
  const definitions = fromJSON(require("@google-cloud/firestore/build/protos/v1.json"), options);
  const service = definitions["google.firestore.v1.Firestore"] as grpc.ServiceDefinition;
  const client = new (grpc.makeGenericClientConstructor(service, "Firestore"))(
    target,
    grpc.credentials.createInsecure(),
  ) as unknown as Record<string, (...args: unknown[]) => Message>;
  let recorded: Rpc[] = [];
  let clock = 0;

  const server = new grpc.Server();
  const handlers = Object.entries(service).map(([method, { requestStream, responseStream }]) => {
    if (requestStream) return [method, unrecorded] as const;
    const handler = async (call: Message, callback?: grpc.sendUnaryData<Message>) => {
      const rpc: Rpc = { method, began: ++clock, ended: 0, billedReads: 0, writes: call.request.writes?.length ?? 0 };
      recorded.push(rpc);
      await delay(LATENCY_MS);
      const end = () => {
        rpc.ended = ++clock;
      };
      const metadata: grpc.Metadata = call.metadata.clone();
      metadata.remove("host");
      if (!responseStream) {
        client[method]?.(call.request, metadata, (error: grpc.ServiceError | null, response: Message) => {
          end();
          callback?.(error, response);
        });
        return;
      }
      const upstream = client[method]?.(call.request, metadata);
      call.sendMetadata(new grpc.Metadata());
      upstream.on("data", (response: Message) => {
        rpc.billedReads += billed(response);
        call.write(response);
      });
      upstream.on("error", (error: grpc.ServiceError) => {
        end();
        call.emit("error", error);
      });
      upstream.on("end", () => {
        rpc.billedReads = Math.max(1, rpc.billedReads);
        end();
        call.end();
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
      await work();
      return recorded;
    },
    async close() {
      server.forceShutdown();
      (client as unknown as grpc.Client).close();
    },
  };
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

/** How many of these RPCs had to wait for one another: the longest chain in which each began after the one before ended. */
export function roundTrips(rpcs: readonly Rpc[]): number {
  const depths = new Map<Rpc, number>();
  for (const rpc of [...rpcs].sort((a, b) => a.began - b.began)) {
    const before = rpcs
      .filter(({ ended }) => ended !== 0 && ended < rpc.began)
      .map((earlier) => depths.get(earlier) ?? 0);
    depths.set(rpc, 1 + Math.max(0, ...before));
  }
  return Math.max(0, ...depths.values());
}
