import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { z } from "zod";

/** A running fireboard server, seen as an agent host sees it. */
export interface Server {
  /** Calls a tool and gives its structured result, checked. Throws with the tool's own words when it refuses. */
  call<T>(tool: string, args: Record<string, unknown>, result: z.ZodType<T>): Promise<T>;
  /** Ends the server as a host does, by closing its stdin. */
  stop(): Promise<void>;
}

/** The file to start the server with. */
export const SERVER_FILE = fileURLToPath(new URL("../../cli.js", import.meta.url));

/** Milliseconds a call may take here: more than the server's own deadline, so that its answer is the one seen. */
const CALL_MS = 30_000;
/** How much of the server's stderr is kept for a failure message. */
const STDERR_CHARACTERS = 4_000;

/**
 * Starts the real server as a child process on an embedded store in `dataDir` and connects to it as the agent `name`.
 * The child gets a clean environment: what the user has set for Firestore does not lead this board elsewhere.
 */
export async function startAgentServer(dataDir: string, name: string): Promise<Server> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [SERVER_FILE],
    env: { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: dataDir },
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-STDERR_CHARACTERS);
  });
  const client = new Client({ name, version: "0.0.0" });
  try {
    await client.connect(transport, { timeout: CALL_MS });
  } catch (error) {
    await client.close();
    throw new Error(`the server did not start: ${error instanceof Error ? error.message : error}\n${stderr}`);
  }

  return {
    async call(tool, args, result) {
      const { isError, structuredContent, content } = await client.callTool(
        { name: tool, arguments: args },
        { timeout: CALL_MS },
      );
      if (isError) throw new Error(refusal(tool, content, stderr));
      return result.parse(structuredContent);
    },
    stop: () => client.close(),
  };
}

/** The sentence that a tool refused with; of a bug also what the server wrote about it. */
function refusal(tool: string, content: unknown, stderr: string): string {
  const [first] = content as { text?: string }[];
  const sentence = first?.text ?? JSON.stringify(content);
  return `${tool} answered ${sentence}${sentence.startsWith("internal:") ? `\n${stderr}` : ""}`;
}
