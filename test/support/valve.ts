import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A network between a client and a server that can be cut without anybody noticing: nothing is refused, nothing passes. */
export interface Valve {
  host: string;
  /** From now on bytes of both directions are kept back. */
  shut(): void;
  /** Lets through what was kept back, and what comes. */
  open(): void;
  /** Loses the connections that there are, unnoticed by both sides; new ones pass. */
  strand(): void;
  close(): Promise<void>;
}

/** Starts a valve in front of `target` (host:port), shut or open. */
export async function startValve(target: string, state: "shut" | "open"): Promise<Valve> {
  const sockets = new Set<Socket>();
  const stranded = new Set<Socket>();
  let isOpen = state === "open";
  const hold = (socket: Socket) => (isOpen ? socket.resume() : socket.pause());
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
      hold(from);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const turn = (open: boolean) => () => {
    isOpen = open;
    for (const socket of sockets) hold(socket);
  };
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut: turn(false),
    open: turn(true),
    strand() {
      for (const socket of sockets) stranded.add(socket.pause());
      sockets.clear();
    },
    async close() {
      for (const socket of [...sockets, ...stranded]) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
