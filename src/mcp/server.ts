import { createHash } from "node:crypto";
import {
  CLIENT_INFO_META_KEY,
  type Tool as McpTool,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  type Transport,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Call } from "../board/core/call.js";
import { type CallRunner, type CallRunnerOptions, createCallRunner } from "../calls/call-runner.js";
import { unknownToolText } from "../calls/near-names.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { serveCompletion } from "./completion.js";
import { instructionsFor } from "./instructions.js";
import { listedTool } from "./listed-tool.js";
import { followListens } from "./listen-requests.js";
import { promptsFor } from "./prompts/index.js";
import { servePrompts } from "./prompts/serve.js";
import { boardReader, callResult } from "./render.js";
import { serveResources } from "./resources/serve.js";
import { createSubscriptions, type Subscriptions, serveSubscriptions } from "./resources/subscriptions.js";

/** What a server is made of. */
export interface McpServerOptions extends Omit<CallRunnerOptions, "toolsHash"> {
  version: string;
  tools: readonly Tool[];
}

/** What serves one connection. */
export interface FireboardServer {
  /**
   * Makes the SDK's server of the connection, whatever protocol version it speaks. A client that only asks for the
   * versions (`server/discover`) and then speaks an older one gets two in turn; they share the connection's calls.
   */
  create(): Server;
  /** The connection's transport, to be used in place of `inner`: it sees who subscribes, and ends what it has seen. */
  transport(inner: Transport): Transport;
  /** Resolves when nothing is running or waiting any more. */
  idle(): Promise<void>;
}

/** Lists that are the same for as long as the process lives; clients of 2026-07-28 may keep them for an hour. */
const FIXED = { ttlMs: 3_600_000, cacheScope: "private" } as const;

/** What a call names, in every version; its arguments are checked by the tool's own schema, in our words. */
const CALLED = z.object({
  name: z.string(),
  arguments: z.unknown().optional(),
});

/** The MCP server of one connection. */
export function createServer(options: McpServerOptions): FireboardServer {
  const { toolsHash, serverFor } = createServers(options);
  const calls = createCallRunner({ ...options, toolsHash });
  let server: Server | undefined;
  const subscriptions = createSubscriptions({
    readBoard: boardReader(calls, new Set(options.tools.map(({ name }) => name))),
    server() {
      if (!server) throw new Error("a subscription before the handshake");
      return server;
    },
    room: options.room,
    log: options.log,
  });
  return {
    create() {
      server = serverFor(calls, { subscriptions });
      return server;
    },
    transport: (inner) => followListens(inner, subscriptions),
    idle: calls.idle,
  };
}

/** What makes the servers of a process. */
export interface Servers {
  /** SHA-256 over the tool definitions that clients are shown. */
  toolsHash(): string;
  /** The SDK's server on these calls. */
  serverFor(calls: CallRunner, connection: ServerConnection): Server;
}

/** What a server has of its connection. */
interface ServerConnection {
  /** Hears how each tool call ended: `ok`, or the code of its error. */
  ended?(code: string): void;
  /** Where clients can be told of changes; not given: they are not offered it. */
  subscriptions?: Subscriptions;
}

/**
 * What makes MCP servers, over the SDK's low-level handlers, so that errors are in our words and schemas are trimmed.
 * Listing tools touches neither the store nor the network.
 */
export function createServers(options: Pick<McpServerOptions, "version" | "tools" | "project" | "log">): Servers {
  const { tools, project, log } = options;
  const offered = new Set(tools.map(({ name }) => name));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  // Made at the first use: schemas take their time, and the handshake does not need them.
  const listed = once(() => tools.map(listedTool));
  const toolsHash = once(() => hashOf(listed()));
  const prompts = promptsFor(tools);

  function serverFor(calls: CallRunner, { ended, subscriptions }: ServerConnection): Server {
    const readBoard = boardReader(calls, offered);
    const server = new Server(
      { name: "fireboard", title: "fireboard", version: options.version },
      {
        capabilities: {
          tools: {},
          resources: subscriptions ? { subscribe: true, listChanged: true } : {},
          prompts: {},
          completions: {},
        },
        instructions: instructionsFor(tools, project),
        cacheHints: { "tools/list": FIXED, "prompts/list": FIXED, "resources/templates/list": FIXED },
      },
    );
    server.setRequestHandler("tools/list", { params: z.object({}) }, () => ({ tools: listed() }));
    // The SDK wraps a handler of tools/call in checks of its own, with the words of its schema library.
    server.fallbackRequestHandler = async ({ method, params }, context) => {
      if (method !== "tools/call") throw new ProtocolError(ProtocolErrorCode.MethodNotFound, "Method not found");
      const parsed = CALLED.safeParse(params);
      if (!parsed.success)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, "tools/call needs the name of a tool.");
      const { name, arguments: given } = parsed.data;
      const tool = byName.get(name);
      if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownToolText(name, [...offered]));
      const { signal: cancelled, notify, _meta } = context.mcpReq;
      const client = clientName(server, context);
      const progress = progressTo(_meta?.progressToken, notify, log);
      const outcome = await calls.run(tool, given, { client, cancelled, progress });
      ended?.(outcome.ok ? "ok" : outcome.error.code);
      return callResult(tool, outcome, offered);
    };
    serveResources(server, readBoard);
    if (subscriptions) serveSubscriptions(server, subscriptions);
    servePrompts(server, { prompts, readBoard, project });
    serveCompletion(server, readBoard, prompts);
    return server;
  }

  return { toolsHash, serverFor };
}

const INTRODUCED = z.object({ [CLIENT_INFO_META_KEY]: z.object({ name: z.string() }) });

/** Clients of 2026-07-28 say their name with each request, older ones at the handshake. */
function clientName(server: Server, { mcpReq }: ServerContext): string | null {
  const introduced = INTRODUCED.safeParse(mcpReq.envelope);
  return introduced.success ? introduced.data[CLIENT_INFO_META_KEY].name : (server.getClientVersion()?.name ?? null);
}

/** Sends progress notifications to a client that asked for them with a token (MCP specification, Progress). */
function progressTo(
  progressToken: string | number | undefined,
  send: ServerContext["mcpReq"]["notify"],
  log: Log,
): Call["progress"] | undefined {
  if (progressToken === undefined) return undefined;
  return (progress, total) => {
    send({ method: "notifications/progress", params: { progressToken, progress, total } }).catch((error: unknown) =>
      log("warn", "progress_not_sent", { message: String(error) }),
    );
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The same for the same definitions, in whatever order they are listed. */
function hashOf(listed: readonly McpTool[]): string {
  const sorted = [...listed].sort((a, b) => (a.name < b.name ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}
