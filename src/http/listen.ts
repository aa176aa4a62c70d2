import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { createApp } from "./app.js";

/**
 * What slow and greedy clients are held to: a request's head within 10 s and all of it within 30 s, 16 KiB and 100 lines
 * of headers, and 1,000 connections, of which idle ones are closed after 30 s.
 */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
} as const;
const MOST_HEADERS = 100;
const MOST_CONNECTIONS = 1_000;

/** A server that listens. */
export interface Listening {
  /** Where: `http://127.0.0.1:8137`. */
  url: string;
  /** Takes no further connections; those that are idle are closed. */
  stop(): void;
  /** Closes every connection, also those that are being answered. */
  close(): void;
}

/** Listens on an address. Rejects with the system's error (`EADDRINUSE`, `EACCES`, `ENOTFOUND`) when it cannot. */
export async function listen(
  app: ReturnType<typeof createApp>,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: LIMITS }) as Server;
  server.maxHeadersCount = MOST_HEADERS;
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${bound}`,
    stop: () => void server.close(),
    close: () => server.closeAllConnections(),
  };
}
