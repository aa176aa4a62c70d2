import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy that stands for a network between server and store: delay, and no limit of bandwidth. */
export interface DelayProxy {
  /** Its address, as host:port. */
  host: string;
  close(): Promise<void>;
}

/** Starts a proxy in front of `target` (host:port) that delays all bytes by `oneWayMs`, in each direction. */
export async function startDelayProxy(target: string, oneWayMs: number): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  const [hostname = "", port = ""] = target.split(":");
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: Number(port), host: hostname, noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      // Timers of one duration fire in the order in which they were set, so bytes keep their order.
      from.on("data", (bytes) => setTimeout(() => to.write(bytes), oneWayMs));
      from.on("end", () => setTimeout(() => to.end(), oneWayMs));
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
