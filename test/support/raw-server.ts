import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer } from "./client.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** The built server without an MCP client in between: lines go in as they are, and every line that comes out is kept. */
export interface RawServer {
  pid: number;
  /** Writes text to the server's stdin as it is; lines end with a newline. */
  write(text: string): void;
  /** Sends messages, each a line, in one write. */
  send(...messages: object[]): void;
  /** Sends a request and waits for its answer. */
  ask(method: string, params?: object): Promise<Answer>;
  /** Waits for the answer to the request of this id. */
  answer(id: number | string): Promise<Answer>;
  /** Every line on stdout so far. */
  lines: string[];
  stderr(): string;
  /** Closes stdin. */
  end(): void;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading stdout, as a host does that died with its end of the pipe still open somewhere. */
  closeStdout(): void;
  /** The exit code, or the signal that ended the process. */
  exited: Promise<number | NodeJS.Signals>;
}

/** Starts the built server. Every started one is ended by the test that started it. */
export function startRaw(env: Record<string, string>): RawServer {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [CLI], { env: { PATH, HOME, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const lines: string[] = [];
  const waiting = new Map<unknown, (message: Answer) => void>();
  const early = new Map<unknown, Answer>();
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // Writing to a server that has ended fails; its exit code is what tests look at.
  child.stdin.on("error", () => {});
  const reader = createInterface(child.stdout);
  reader.on("line", (line) => {
    lines.push(line);
    const message = parsed(line);
    if (message?.id === undefined || message.method !== undefined) return;
    const resolve = waiting.get(message.id);
    if (resolve) resolve(message);
    else early.set(message.id, message);
  });
  const exited = once(child, "close").then(([code, signal]) => code ?? signal);
  let nextId = 1_000;

  const write = (text: string) => void child.stdin.write(text);
  const send = (...messages: object[]) => write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  const answer = (id: number | string): Promise<Answer> => {
    const ended = exited.then((code) =>
      Promise.reject(new Error(`ended (${code}) without an answer to ${id}: ${stderr}`)),
    );
    const found = early.has(id) ? Promise.resolve(early.get(id)) : new Promise((resolve) => waiting.set(id, resolve));
    return Promise.race([found, ended]);
  };
  return {
    pid: child.pid ?? 0,
    write,
    send,
    ask(method, params = {}) {
      nextId += 1;
      const id = nextId;
      send({ jsonrpc: "2.0", id, method, params });
      return answer(id);
    },
    answer,
    lines,
    stderr: () => stderr,
    end: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout.destroy(),
    exited,
  };
}

/** Starts the built server and goes through the handshake. */
export async function startInitialized(env: Record<string, string>): Promise<RawServer> {
  const server = startRaw(env);
  const clientInfo = { name: "raw", version: "1" };
  await server.ask("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
  server.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  return server;
}

/** A tools/call request. */
export function toolCall(id: number | string, name: string, args: object = {}) {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}

function parsed(line: string): Answer {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
