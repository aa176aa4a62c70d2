import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CLI } from "./repository.js";

/** The result of a tool, loosely typed: the assertions of a test say what it is. */
// biome-ignore lint/suspicious/noExplicitAny: a result is what the assertions say it is
export type Answer = any;

/** The error of a call that the server refused, as an agent reads it. */
export class ToolError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly details: Answer,
  ) {
    super(message);
  }
}

/** A real MCP client with its server process. */
export interface Agent {
  /** The MCP client itself, for what is no tool call. */
  client: Client;
  /** Calls a tool. Throws ToolError when the server refuses; checks that both forms of a result say the same. */
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>;
  /** The process id of the server. */
  pid: number;
  /** Everything the server wrote to stderr so far. */
  stderr(): string;
  /** Disconnects and ends the server. */
  close(): Promise<void>;
}

/** The command that starts the built server. */
export const SERVER: readonly [string, ...string[]] = [process.execPath, CLI];

/** Starts the built server as a child process and connects a client to it. */
export async function startAgent(
  env: Record<string, string>,
  name = "test-agent",
  [command, ...args] = SERVER,
): Promise<Agent> {
  const { PATH = "", HOME = "" } = process.env;
  const transport = new StdioClientTransport({
    command,
    args,
    env: { PATH, HOME, ...env },
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const client = new Client({ name, version: "1.0.0" });
  await client.connect(transport);
  // Learns the output schemas, so that the client validates every result.
  await client.listTools();
  return {
    client,
    call: (tool, args = {}) => callTool(client, tool, args),
    pid: transport.pid ?? 0,
    stderr: () => stderr,
    close: () => client.close(),
  };
}

/** What a call came to: the result, or the error of the server that refused it. Throws what is neither. */
export async function outcomeOf(
  { call }: Pick<Agent, "call">,
  tool: string,
  args: Record<string, unknown>,
): Promise<{ result: Answer } | { refusal: Pick<ToolError, "code" | "message" | "hint" | "details"> }> {
  try {
    return { result: await call(tool, args) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const { code, message, hint, details } = error;
    return { refusal: { code, message, hint, details } };
  }
}

/** The answers of a listing tool, page by page until the last. */
export async function allPages(
  { call }: Pick<Agent, "call">,
  tool: string,
  args: Record<string, unknown>,
): Promise<Answer[]> {
  const pages = [await call(tool, args)];
  for (let cursor = pages[0].next_cursor; cursor; cursor = pages.at(-1).next_cursor)
    pages.push(await call(tool, { ...args, cursor }));
  return pages;
}

/** The error of a refused call: its two texts, a sentence and JSON, which must say the same. */
export function errorOf(result: Answer): Answer {
  const [sentence, json, ...more] = result.content as { type: string; text: string }[];
  const { error } = JSON.parse(json?.text ?? "null");
  if (sentence?.text !== `${error.code}: ${error.message} Hint: ${error.hint}` || more.length > 0)
    throw new Error(`not a refusal: ${JSON.stringify(result)}`);
  return error;
}

/** Calls a tool over a client. Throws ToolError when the server refuses; checks that both forms of a result say the same. */
export async function callTool(client: Client, tool: string, args: Record<string, unknown>): Promise<Answer> {
  const result = await client.callTool({ name: tool, arguments: args });
  if (result.isError) {
    const { code, message, hint, details } = errorOf(result);
    throw new ToolError(code, message, hint, details);
  }
  const [content] = result.content as { type: string; text: string }[];
  const parsed: Answer = JSON.parse(content?.text ?? "null");
  if (JSON.stringify(parsed) !== JSON.stringify(result.structuredContent))
    throw new Error(`${tool}: text and structuredContent differ`);
  return parsed;
}
