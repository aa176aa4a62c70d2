import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A TCP server that accepts connections, reads what it is sent and never answers. */
export interface UnresponsiveServer {
  /** Its address, as host:port. */
  host: string;
  /** How many connections were made. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts an unresponsive server on a free port of 127.0.0.1. */
export async function startUnresponsiveServer(): Promise<UnresponsiveServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.resume());
    // The client gives up by resetting the connection.
    socket.on("error", () => socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address for a listening server");
  return {
    host: `127.0.0.1:${address.port}`,
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
