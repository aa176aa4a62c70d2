import { createHash } from "node:crypto";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool as McpTool,
  type ServerNotification,
} from "@modelcontextprotocol/sdk/types.js";
import type { Call, World } from "../board/core/call.js";
import { newConnection } from "../board/core/connection-state.js";
import type { Presence } from "../board/sessions/heartbeat-timer.js";
import { type Boundary, runTool } from "../calls/run-call.js";
import type { Store } from "../firestore/store.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { setCallHandler } from "./call-request.js";
import { serveCompletion } from "./completion.js";
import { inputSchema, outputSchema } from "./input-schema.js";
import { instructionsFor } from "./instructions.js";
import { promptsFor } from "./prompts/index.js";
import { servePrompts } from "./prompts/serve.js";
import { boardReader } from "./requests.js";
import { serveResources } from "./resources/serve.js";

/** What a server is made of. */
export interface ServerOptions {
  version: string;
  tools: readonly Tool[];
  /** The id of the only project that is served, if it is only one. */
  project?: string | undefined;
  /** Opens the store at the first call, or gives it again. Throws a BoardError when the settings do not allow it. */
  store(): Promise<Store>;
  world: World;
  /** Told of every write that names a session or an agent. */
  presence: Presence;
  /** Milliseconds within which every call answers. */
  deadlineMs: number;
  /** The same for tools that agents must not depend on. */
  telemetryDeadlineMs: number;
  log: Log;
}

/** A server that is not connected yet. */
export interface FireboardServer {
  server: Server;
  /** Resolves when no call is running any more. */
  idle(): Promise<void>;
}

/**
 * The MCP server over the SDK's low-level handlers, so that errors are in our words and schemas are trimmed
 * (architecture: "MCP SDK"). Listing tools touches neither the store nor the network.
 */
export function createServer(options: ServerOptions): FireboardServer {
  const { tools, world, presence, log, deadlineMs, telemetryDeadlineMs } = options;
  const server = new Server(
    { name: "fireboard", title: "fireboard", version: options.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: instructionsFor(tools, options.project),
    },
  );
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const running = new Set<Promise<unknown>>();
  const connection = newConnection();
  // Made at the first use: schemas take their time, and the handshake does not need them.
  const listed = once(() => tools.map(describe));
  const toolsHash = once(() => hashOf(listed()));

  const begin: Boundary["begin"] = async (given) => {
    const store = await options.store();
    const client = server.getClientVersion()?.name ?? null;
    const idempotency = given.idempotency && underProject(given.idempotency, options.project);
    return { ...world, store, id: world.newId(), client, connection, toolsHash, ...given, idempotency };
  };
  const boundary: Boundary = { begin, now: world.now, presence, deadlineMs, telemetryDeadlineMs, log };

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed() }));
  setCallHandler(server, async ({ params }, { signal, sendNotification }) => {
    const tool = byName.get(params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, "Unknown tool; tools/list names those that exist.");
    const caller = { cancelled: signal, progress: progressTo(params._meta?.progressToken, sendNotification, log) };
    const call = runTool(tool, params.arguments, boundary, caller);
    running.add(call);
    return await call.finally(() => running.delete(call));
  });
  const readBoard = boardReader(boundary);
  serveResources(server, readBoard);
  const prompts = promptsFor(tools);
  servePrompts(server, { prompts, readBoard, project: options.project });
  serveCompletion(server, readBoard, prompts);
  server.onerror = (error) => log("warn", "protocol_error", { message: error.message });

  return {
    server,
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** On a server of one project every call names it, though its arguments do not. */
function underProject(asked: NonNullable<Call["idempotency"]>, project_id: string | undefined) {
  if (project_id === undefined) return asked;
  return { ...asked, project_id, args: { ...(asked.args as object), project_id } };
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

function describe(tool: Tool): McpTool {
  const { name, title, description, annotations } = tool;
  return { name, title, description, annotations, inputSchema: inputSchema(tool), outputSchema: outputSchema(tool) };
}
