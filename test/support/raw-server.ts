import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Answer, SERVER } from "./client.js";

/** The built server without an MCP client: a test writes the lines of its stdin, and every line of its stdout is kept. */
export interface RawServer {
  /** The process id. */
  pid: number;
  /** Writes text to stdin unchanged; a line ends with a newline. */
  write(text: string | Buffer): void;
  /** Sends messages, one a line, in a single write. */
  send(...messages: object[]): void;
  /** Sends a request and waits for its answer. */
  ask(method: string, params?: object): Promise<Answer>;
  /** Waits for the answer to the request of this id. */
  answer(id: number | string): Promise<Answer>;
  /** Every line on stdout so far. */
  lines: string[];
  /** Everything on stderr so far. */
  stderr(): string;
  /** Closes stdin. */
  end(): void;
  kill(signal: NodeJS.Signals): void;
  /** Reads nothing of stdout until `readOn`. */
  stopReading(): void;
  readOn(): void;
  /** Closes our end of stdout, as happens when a host dies. */
  closeStdout(): void;
  /** The exit code, or the signal that ended the process. */
  exited: Promise<number | NodeJS.Signals>;
}

/** Starts the built server. The test has to end it. */
export function startRaw(env: Record<string, string>, [command, ...args] = SERVER): RawServer {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command, args, { env: { PATH, HOME, ...env }, stdio: ["pipe", "pipe", "pipe"] });
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

  const write = (text: string | Buffer) => void child.stdin.write(text);
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
    stopReading: () => void reader.pause(),
    readOn: () => void reader.resume(),
    closeStdout: () => void child.stdout.destroy(),
    exited,
  };
}

/** The parameters of an `initialize` request. */
export const INITIALIZE = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "raw", version: "1" },
};

/** Starts the built server and completes the handshake. */
export async function startInitialized(env: Record<string, string>, command = SERVER): Promise<RawServer> {
  const server = startRaw(env, command);
  await server.ask("initialize", INITIALIZE);
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
