import { randomUUID } from "node:crypto";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Call } from "../board/call.js";
import { asBoardError, BoardError } from "../board/errors.js";
import type { Named, Presence } from "../board/presence/presence.js";
import type { Tool } from "../tools/define.js";
import { checkArguments } from "./arguments.js";
import type { Log } from "./log.js";

/** What a tool call is run with. */
export interface Boundary {
  /** Makes the call's context; opens the store when it is not open yet. */
  begin(signal: AbortSignal, idempotency: Call["idempotency"]): Promise<Call>;
  presence: Presence;
  deadlineMs: number;
  log: Log;
}

/**
 * The one place where a tool call's outcome becomes an MCP result (contracts.md 2): arguments are checked, the deadline
 * is kept even when the store never answers, and whatever was thrown becomes an error with a stable code. A bug shows the
 * client an id only; its stack is logged under that id.
 */
export async function runTool(
  tool: Tool,
  given: unknown,
  boundary: Boundary,
  cancelled: AbortSignal,
): Promise<CallToolResult> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(deadlineExceeded(tool)), boundary.deadlineMs);
  const signal = AbortSignal.any([deadline.signal, cancelled]);
  try {
    const { idempotency_key: key, ...args } = checkArguments(tool, given);
    const work = boundary.begin(signal, idempotency(tool, key, args)).then((call) => tool.handler(call, args));
    const result = tool.output.parse(await Promise.race([work, rejection(signal)]));
    if (!tool.annotations.readOnlyHint) boundary.presence.wrote(namedBy(tool, args, result));
    return { structuredContent: result, content: [{ type: "text", text: JSON.stringify(result) }] };
  } catch (error) {
    return errorResult(deadline.signal.aborted ? deadline.signal.reason : error, tool, boundary.log);
  } finally {
    clearTimeout(timer);
    // Node keeps a signal of AbortSignal.any that is listened to, and the result with it, until it aborts.
    deadline.abort();
  }
}

/** Whom a write names: the session and agent of its arguments, and the session that it opened. */
function namedBy(tool: Tool, args: Record<string, unknown>, result: Record<string, unknown>): Named {
  const { session_id, agent_name }: Record<string, unknown> = { ...args, ...tool.opens?.(result) };
  return {
    session_id: typeof session_id === "string" ? session_id : undefined,
    agent_name: typeof agent_name === "string" ? agent_name : undefined,
    opened: tool.opens !== undefined,
  };
}

function idempotency(tool: Tool, key: unknown, args: Record<string, unknown>): Call["idempotency"] {
  if (typeof key !== "string") return null;
  const project_id = typeof args.project_id === "string" ? args.project_id : null;
  return { tool: tool.name, project_id, key, args };
}

/** An error as the agent gets it: no structured content, one JSON object as text. */
function errorResult(error: unknown, tool: Tool, log: Log): CallToolResult {
  const { code, message, hint, details } = asBoardError(error) ?? internalError(error, tool, log);
  const body = { error: { code, message, hint, ...(details ? { details } : {}) } };
  return { isError: true, content: [{ type: "text", text: JSON.stringify(body) }] };
}

function internalError(error: unknown, tool: Tool, log: Log): BoardError {
  const id = randomUUID().slice(0, 8);
  const stack = error instanceof Error ? error.stack : String(error);
  log("error", "tool_failed", { tool: tool.name, error_id: id, stack });
  return new BoardError("internal", `Internal error ${id}.`, "Its details are in the server's stderr under this id.");
}

function deadlineExceeded(tool: Tool): BoardError {
  return tool.annotations.readOnlyHint
    ? new BoardError("deadline_exceeded", `${tool.name} did not finish in time.`, "Call again.")
    : new BoardError(
        "deadline_exceeded",
        `${tool.name} did not finish in time. The change may have been applied.`,
        "Read the record before you repeat the call.",
      );
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
