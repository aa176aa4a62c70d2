import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy that can simulate a network partition: connections stay open, but no byte passes and nothing is refused. */
export interface PartitionProxy {
  /** Its address, as host:port. */
  host: string;
  /** From now on bytes of both directions are held back. */
  partition(): void;
  /** Ends the partition: the bytes that were held back pass, and so do new ones. */
  heal(): void;
  /** Stalls the connections that exist now, for good and unnoticed by both sides; new ones pass. */
  stallExisting(): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of `target` (host:port), partitioned or connected at first. */
export async function startPartitionProxy(target: string, state: "partitioned" | "connected"): Promise<PartitionProxy> {
  const sockets = new Set<Socket>();
  const stalled = new Set<Socket>();
  let connected = state === "connected";
  const apply = (socket: Socket) => (connected ? socket.resume() : socket.pause());
  const server = createServer((client) => {
    const [hostname = "", port = ""] = target.split(":");
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      apply(from);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const switchTo = (next: boolean) => () => {
    connected = next;
    for (const socket of sockets) apply(socket);
  };
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    partition: switchTo(false),
    heal: switchTo(true),
    stallExisting() {
      for (const socket of sockets) stalled.add(socket.pause());
      sockets.clear();
    },
    async close() {
      for (const socket of [...sockets, ...stalled]) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
