import { serveStdio as serveConnection } from "@modelcontextprotocol/server/stdio";
import type { Log } from "../log.js";
import { createLineTransport } from "./line-transport.js";
import { roomOn } from "./output-room.js";
import type { FireboardServer } from "./server.js";

/** Milliseconds that running calls may take to finish once a signal came or the client was lost. */
const PATIENCE_MS = 5_000;

/** Why a server over stdio stops; `connection_lost`: the client has closed its end of stdout. */
export type StopReason = "stdin_closed" | "connection_lost" | "SIGINT" | "SIGTERM";

/** Whether the client of a server over stdio reads its answers. */
export const roomOnStdout = roomOn(process.stdout);

/**
 * Serves over stdin and stdout, in the protocol version that the client asks for, until stdin ends, a signal comes or
 * the connection is lost. Then it waits until running calls have ended and their answers are written, and closes.
 * After the end of stdin it waits as long as a call may take (`longestMs`) and its answer besides, so that a client
 * that piped a session into the server gets all answers; a second signal ends the wait. The caller closes the store.
 */
export async function serveStdio(server: FireboardServer, longestMs: number, log: Log): Promise<StopReason> {
  const transport = createLineTransport(process.stdin, process.stdout, roomOnStdout);
  const stopped = new Promise<StopReason>((resolve) => {
    void transport.ended.then(() => resolve("stdin_closed"));
    process.once("SIGINT", () => resolve("SIGINT"));
    process.once("SIGTERM", () => resolve("SIGTERM"));
    process.stdout.on("error", () => resolve("connection_lost"));
  });
  const onerror = (error: Error) => log("warn", "protocol_error", { message: error.message });
  const connection = serveConnection(server.create, { transport: server.transport(transport), onerror });
  const reason = await stopped;
  const answered = async () => {
    await server.idle();
    if (reason === "connection_lost") return;
    await transport.answered();
    await flushed();
  };
  await Promise.race([answered(), patience(PATIENCE_MS + (reason === "stdin_closed" ? longestMs : 0))]);
  await connection.close();
  return reason;
}

/** Resolves when stdout has taken everything: a pipe holds 64 KB, and exiting drops the rest of a larger answer. */
function flushed(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write("", () => resolve());
  });
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
