import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { FireboardServer } from "./server.js";

/** Milliseconds that running calls may take to finish once the server was told to stop. */
const PATIENCE_MS = 5_000;

/** Why a server over stdio stops. */
export type StopReason = "stdin_closed" | "SIGINT" | "SIGTERM";

/**
 * Serves over stdin and stdout until stdin ends or a signal comes, lets running calls finish, then closes.
 * A second signal ends the wait. The caller closes the store.
 */
export async function serveStdio({ server, idle }: FireboardServer): Promise<StopReason> {
  const stopped = new Promise<StopReason>((resolve) => {
    process.stdin.once("end", () => resolve("stdin_closed"));
    process.stdin.once("close", () => resolve("stdin_closed"));
    process.once("SIGINT", () => resolve("SIGINT"));
    process.once("SIGTERM", () => resolve("SIGTERM"));
  });
  await server.connect(new StdioServerTransport());
  const reason = await stopped;
  await Promise.race([idle(), patience()]);
  await server.close();
  return reason;
}

function patience(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS).unref();
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
