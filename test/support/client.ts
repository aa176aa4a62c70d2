import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** What a tool answers, loosely typed: tests say what they expect of it. */
// biome-ignore lint/suspicious/noExplicitAny: a result is what the assertions say it is
export type Answer = any;

/** A refusal, as the agent reads it. */
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
  client: Client;
  /** Calls a tool. Throws ToolError when the server refuses; checks that both forms of a result say the same. */
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>;
  pid: number;
  /** Everything the server wrote to stderr so far. */
  stderr(): string;
  close(): Promise<void>;
}

/** The command that starts the built server. */
export const SERVER = [process.execPath, CLI] as const;

/** Starts the built server as a child process and connects a client to it. */
export async function startAgent(
  env: Record<string, string>,
  name = "test-agent",
  [command, ...args]: readonly [string, ...string[]] = SERVER,
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

async function callTool(client: Client, tool: string, args: Record<string, unknown>): Promise<Answer> {
  const result = await client.callTool({ name: tool, arguments: args });
  const [content] = result.content as { type: string; text: string }[];
  const parsed: Answer = JSON.parse(content?.text ?? "null");
  if (result.isError) {
    const { code, message, hint, details } = parsed.error;
    throw new ToolError(code, message, hint, details);
  }
  if (JSON.stringify(parsed) !== JSON.stringify(result.structuredContent))
    throw new Error(`${tool}: text and structuredContent differ`);
  return parsed;
}
