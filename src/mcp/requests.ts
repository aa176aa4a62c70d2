import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import type { Call } from "../board/core/call.js";
import { BoardError } from "../board/core/errors.js";
import { withinDeadline } from "../calls/deadline.js";
import { asRefusal } from "../calls/refusal.js";
import type { Boundary } from "../calls/run-call.js";

/** Runs a request that reads the board and is no tool call, for the client that `cancelled` belongs to. */
export type ReadBoard = <T>(what: string, cancelled: AbortSignal, work: (call: Call) => Promise<T>) => Promise<T>;

/** The protocol's code for a resource that does not exist (MCP specification, Resources, "Error Handling"). */
const RESOURCE_NOT_FOUND = -32_002;

/**
 * The boundary of requests that are no tool calls: the same deadline, and JSON-RPC errors in the same words, with code
 * and hint as data. A bug is told by its id, as in tool calls.
 */
export function boardReader({ begin, now, deadlineMs: ms, log }: Boundary): ReadBoard {
  return async (what, cancelled, work) => {
    const late = () => new BoardError("deadline_exceeded", `${what} did not finish in time.`, "Try again.");
    const begun = { idempotency: null, deadline: new Date(now().getTime() + ms), progress: () => {} };
    try {
      return await withinDeadline({ ms, cancelled, late }, async (signal) => work(await begin({ ...begun, signal })));
    } catch (error) {
      // Nobody waits for the answer of a cancelled request; the SDK drops it.
      if (cancelled.aborted) throw error;
      throw protocolError(asRefusal(error, what, log));
    }
  };
}

/** A refusal as the error of a JSON-RPC request. */
export function protocolError({ code, message, hint, details }: BoardError): McpError {
  const number = code.endsWith("_not_found")
    ? RESOURCE_NOT_FOUND
    : code === "invalid_argument"
      ? ErrorCode.InvalidParams
      : ErrorCode.InternalError;
  return new McpError(number, message, { code, hint, ...(details ? { details } : {}) });
}
