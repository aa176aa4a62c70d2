import { createHash } from "node:crypto";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool as McpTool,
  type ServerNotification,
} from "@modelcontextprotocol/sdk/types.js";
import type { Call } from "../board/core/call.js";
import { type CallRunnerOptions, createCallRunner } from "../calls/call-runner.js";
import { unknownToolText } from "../calls/near-names.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { setCallHandler } from "./call-request.js";
import { serveCompletion } from "./completion.js";
import { instructionsFor } from "./instructions.js";
import { listedTool } from "./listed-tool.js";
import { promptsFor } from "./prompts/index.js";
import { servePrompts } from "./prompts/serve.js";
import { boardReader, callResult } from "./render.js";
import { serveResources } from "./resources/serve.js";

/** What a server is made of. */
export interface McpServerOptions extends Omit<CallRunnerOptions, "clientName" | "toolsHash"> {
  version: string;
  tools: readonly Tool[];
}

/** A server that is not connected yet. */
export interface FireboardServer {
  server: Server;
  /** Resolves when nothing is running or waiting any more. */
  idle(): Promise<void>;
}

/**
 * The MCP server of one connection, over the SDK's low-level handlers, so that errors are in our words and schemas are
 * trimmed. Listing tools touches neither the store nor the network.
 */
export function createServer(options: McpServerOptions): FireboardServer {
  const { tools, project, log } = options;
  const server = new Server(
    { name: "fireboard", title: "fireboard", version: options.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: instructionsFor(tools, project),
    },
  );
  const offered = new Set(tools.map(({ name }) => name));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  // Made at the first use: schemas take their time, and the handshake does not need them.
  const listed = once(() => tools.map(listedTool));
  const toolsHash = once(() => hashOf(listed()));
  const clientName = () => server.getClientVersion()?.name ?? null;
  const calls = createCallRunner({ ...options, clientName, toolsHash });

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed() }));
  setCallHandler(server, async ({ params }, { signal, sendNotification }) => {
    const tool = byName.get(params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, unknownToolText(params.name, [...offered]));
    const progress = progressTo(params._meta?.progressToken, sendNotification, log);
    return callResult(tool, await calls.run(tool, params.arguments, { cancelled: signal, progress }), offered);
  });
  const readBoard = boardReader(calls, offered);
  serveResources(server, readBoard);
  const prompts = promptsFor(tools);
  servePrompts(server, { prompts, readBoard, project });
  serveCompletion(server, readBoard, prompts);
  server.onerror = (error) => log("warn", "protocol_error", { message: error.message });
  return { server, idle: calls.idle };
}

/** Sends progress notifications to a client that asked for them with a token (MCP specification, Progress). */
function progressTo(
  progressToken: string | number | undefined,
  send: (notification: ServerNotification) => Promise<void>,
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
