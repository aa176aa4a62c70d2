import { type CallToolResult, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { Call } from "../board/core/call.js";
import { BoardError } from "../board/core/errors.js";
import type { CallRunner } from "../calls/call-runner.js";
import type { Outcome } from "../calls/outcome.js";
import type { Tool } from "../tools/define.js";
import { offeredHint } from "./offered-hints.js";

/**
 * The outcome of a tool call as an MCP result (docs/contracts.md 2): the result as structured content and as JSON text,
 * with the tool's own text after it; an error as two texts, a sentence and a JSON object.
 */
export function callResult(tool: Tool, outcome: Outcome, offered: ReadonlySet<string>): CallToolResult {
  // A host that takes the first text for the result when it parses as JSON (Gemini CLI) would hide the error.
  if (!outcome.ok) {
    const { code, message, details } = outcome.error;
    const error = { code, message, hint: offeredHint(outcome.error, offered), ...(details ? { details } : {}) };
    return { isError: true, content: texts(`${code}: ${message} Hint: ${error.hint}`, { error }) };
  }
  const { result } = outcome;
  return { structuredContent: result, content: texts(result, ...(tool.text ? [tool.text(result)] : [])) };
}

function texts(...parts: unknown[]): CallToolResult["content"] {
  return parts.map((part) => ({ type: "text", text: typeof part === "string" ? part : JSON.stringify(part) }));
}

/** Runs a request that reads the board and is no tool call, for the client that `cancelled` belongs to. */
export type ReadBoard = <T>(what: string, cancelled: AbortSignal, work: (call: Call) => Promise<T>) => Promise<T>;

/** Reads of resources, prompts and completions, with their refusals as JSON-RPC errors. */
export function boardReader({ read }: CallRunner, offered: ReadonlySet<string>): ReadBoard {
  return async (what, cancelled, work) => {
    try {
      return await read(what, cancelled, work);
    } catch (error) {
      throw error instanceof BoardError ? protocolError(error, offeredHint(error, offered)) : error;
    }
  };
}

/** A refusal as the error of a JSON-RPC request, with our code and hint in its data. */
export function protocolError(error: BoardError, hint = error.hint): ProtocolError {
  const { code, message, details } = error;
  const isCallers = code.endsWith("_not_found") || code === "invalid_argument";
  const number = isCallers ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(number, message, { code, hint, ...(details ? { details } : {}) });
}
