import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach } from "vitest";
import { type Answer, callTool, SERVER } from "./client.js";

/** A server process that listens on a free port of 127.0.0.1. */
export interface HttpServer {
  /** Where it listens: `http://127.0.0.1:8137`. */
  url: string;
  /** The token of the machine; empty when none is taken. */
  token: string;
  /** Where it is; null when none is taken. */
  tokenFile: string | null;
  pid: number;
  /** The lines of its log so far. */
  log: Answer[];
  /** The first line of the log that is so; waits for it. */
  logged(is: (line: Answer) => boolean): Promise<Answer>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended the process. */
  exited: Promise<number | NodeJS.Signals>;
  /** Sends a request with the token. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Gives a function that starts servers; those of a test are killed after it. */
export function useHttpServers(): (env: Record<string, string>) => Promise<HttpServer> {
  const started: HttpServer[] = [];
  afterEach(async () => {
    for (const server of started.splice(0)) {
      server.kill("SIGKILL");
      await server.exited;
    }
  });
  return async (env) => {
    const server = await startHttpServer(env);
    started.push(server);
    return server;
  };
}

/** What clients of MCP send with each message. */
export const MCP_HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** Starts the built server; the caller ends it. */
export async function startHttpServer(env: Record<string, string>): Promise<HttpServer> {
  const { PATH = "", HOME = "" } = process.env;
  const [command, ...args] = SERVER;
  const child = spawn(command, [...args, "serve"], {
    env: { PATH, HOME, FIREBOARD_HTTP: "127.0.0.1:0", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(child, "close").then(([code, signal]) => code ?? signal);
  const log: Answer[] = [];
  const text: string[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stderr).on("line", (line) => {
    text.push(line);
    if (line.startsWith("{")) log.push(JSON.parse(line));
    for (const look of waiting) look();
  });
  const ended = exited.then((code) => Promise.reject(new Error(`the server ended (${code}): ${text.join("\n")}`)));
  ended.catch(() => {});
  const logged = (is: (line: Answer) => boolean): Promise<Answer> => {
    const found = new Promise<Answer>((resolve) => {
      const look = () => {
        const line = log.find(is);
        if (line === undefined) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      look();
    });
    return Promise.race([found, ended]);
  };
  const { url, token_file: tokenFile } = await logged(({ event }) => event === "listening");
  const token = tokenFile === null ? "" : (await readFile(tokenFile, "utf8")).trim();
  return {
    url,
    token,
    tokenFile,
    pid: child.pid ?? 0,
    log,
    logged,
    kill: (signal) => void child.kill(signal),
    exited,
    post: (body, headers = {}) =>
      fetch(`${url}/mcp`, {
        method: "POST",
        headers: { ...MCP_HEADERS, authorization: `Bearer ${token}`, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}

/** A client of the 1.x SDK over HTTP. */
export async function connectHttp({ url, token }: Pick<HttpServer, "url" | "token">, path = "/mcp"): Promise<Client> {
  const client = new Client({ name: "http-test", version: "1.0.0" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url + path), { requestInit }));
  return client;
}

/** Calls a tool over a client. Throws ToolError when the server refuses. */
export const callOver =
  (client: Client) =>
  (tool: string, args: Record<string, unknown> = {}): Promise<Answer> =>
    callTool(client, tool, args);

/**
 * Calls a tool by one request of its own. Throws at once when the connection is lost, for whose answer a client would wait
 * until its time is over.
 */
export const callByPost =
  ({ post }: HttpServer) =>
  async (tool: string, args: Record<string, unknown> = {}): Promise<Answer> => {
    const answer = await post({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: args } });
    const [, data = "null"] = /^data: (.*)$/m.exec(await answer.text()) ?? [];
    const { result } = JSON.parse(data) ?? {};
    if (answer.status !== 200 || !result || result.isError) throw new Error(`${answer.status} ${data}`);
    return result.structuredContent;
  };
