import { type CallToolResult, ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import type { Call } from "../board/core/call.js";
import { BoardError } from "../board/core/errors.js";
import type { CallRunner } from "../calls/call-runner.js";
import type { Outcome } from "../calls/outcome.js";
import type { Tool } from "../tools/define.js";

/**
 * The outcome of a tool call as an MCP result (docs/contracts.md 2): the result as structured content and as JSON text, with
 * the tool's own text after it; an error as two texts, a sentence and a JSON object.
 */
export function callResult(tool: Tool, outcome: Outcome): CallToolResult {
  // A host that takes the first text for the result when it parses as JSON (Gemini CLI) would hide the error.
  if (!outcome.ok) return { isError: true, content: texts(sentence(outcome.error), errorBody(outcome.error)) };
  const { result } = outcome;
  return { structuredContent: result, content: texts(result, ...(tool.text ? [tool.text(result)] : [])) };
}

function texts(...parts: unknown[]): CallToolResult["content"] {
  return parts.map((part) => ({ type: "text", text: typeof part === "string" ? part : JSON.stringify(part) }));
}

function sentence({ code, message, hint }: BoardError): string {
  return `${code}: ${message} Hint: ${hint}`;
}

function errorBody({ code, message, hint, details }: BoardError) {
  return { error: { code, message, hint, ...(details ? { details } : {}) } };
}

/** Runs a request that reads the board and is no tool call, for the client that `cancelled` belongs to. */
export type ReadBoard = <T>(what: string, cancelled: AbortSignal, work: (call: Call) => Promise<T>) => Promise<T>;

/** Reads of resources, prompts and completions, with their refusals as JSON-RPC errors. */
export function boardReader({ read }: CallRunner): ReadBoard {
  return async (what, cancelled, work) => {
    try {
      return await read(what, cancelled, work);
    } catch (error) {
      throw error instanceof BoardError ? protocolError(error) : error;
    }
  };
}

/** The protocol's code for a resource that does not exist (MCP specification, Resources, "Error Handling"). */
const RESOURCE_NOT_FOUND = -32_002;

/** A refusal as the error of a JSON-RPC request, with our code and hint in its data. */
export function protocolError({ code, message, hint, details }: BoardError): McpError {
  const number = code.endsWith("_not_found")
    ? RESOURCE_NOT_FOUND
    : code === "invalid_argument"
      ? ErrorCode.InvalidParams
      : ErrorCode.InternalError;
  return new McpError(number, message, { code, hint, ...(details ? { details } : {}) });
}
