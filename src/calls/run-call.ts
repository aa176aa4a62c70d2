import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Call } from "../board/core/call.js";
import { BoardError, type ErrorCode } from "../board/core/errors.js";
import type { Named, Presence } from "../board/sessions/heartbeat-timer.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { checkArguments } from "./check-arguments.js";
import { withinDeadline } from "./deadline.js";
import { asRefusal } from "./refusal.js";

/** What a tool call is run with. */
export interface Boundary {
  /** Makes the call's context; opens the store when it is not open yet. */
  begin(given: Pick<Call, "signal" | "idempotency" | "deadline" | "progress">): Promise<Call>;
  now(): Date;
  presence: Presence;
  deadlineMs: number;
  /** For tools that may answer in a degraded way. */
  telemetryDeadlineMs: number;
  log: Log;
}

/** Who called: when they gave up, and how they want to hear of a long work's progress, if they do. */
export interface Caller {
  cancelled: AbortSignal;
  progress?: Call["progress"] | undefined;
}

/** The part of a telemetry call's time that is kept for sending the answer. */
const FOR_ANSWERING = 0.1;

/**
 * The one place where a tool call's outcome becomes an MCP result (contracts.md 2): arguments are checked, the deadline
 * is kept even when the store never answers, and whatever was thrown becomes an error with a stable code. A bug shows the
 * client an id only; its stack is logged under that id. Tools that agents must not depend on answer in a degraded way
 * instead, when the store is at fault.
 */
export async function runTool(tool: Tool, given: unknown, boundary: Boundary, caller: Caller): Promise<CallToolResult> {
  const { deadlineMs, telemetryDeadlineMs } = boundary;
  const ms = tool.degraded ? telemetryDeadlineMs * (1 - FOR_ANSWERING) : deadlineMs;
  let done = 0;
  const progress: Call["progress"] = (soFar, total) => {
    done = soFar;
    caller.progress?.(soFar, total);
  };
  try {
    const { idempotency_key: key, ...args } = checkArguments(tool, given);
    const begun = {
      progress,
      deadline: new Date(boundary.now().getTime() + ms),
      idempotency: idempotency(tool, key, args),
    };
    const patience = { ms, cancelled: caller.cancelled, late: () => deadlineExceeded(tool) };
    const answer = await withinDeadline(patience, async (signal) =>
      tool.handler(await boundary.begin({ ...begun, signal }), args),
    );
    const result = tool.output.parse(answer);
    if (!tool.annotations.readOnlyHint) boundary.presence.wrote(namedBy(tool, args, result));
    return success(tool, result);
  } catch (error) {
    // Nobody waits for the answer of a cancelled call; the SDK drops it.
    if (caller.cancelled.aborted) throw error;
    const refusal = asRefusal(error, tool.name, boundary.log);
    // A conflict that the operation itself found is for the caller: an idempotency key under other arguments.
    const forCaller = !NOT_THE_CALLERS.includes(refusal.code) || (refusal === error && refusal.code === "conflict");
    return (forCaller ? undefined : degraded(tool, given, refusal, done, boundary)) ?? errorResult(refusal);
  }
}

function success(tool: Tool, result: Record<string, unknown>): CallToolResult {
  const text = tool.text ? [{ type: "text" as const, text: tool.text(result) }] : [];
  return { structuredContent: result, content: [{ type: "text", text: JSON.stringify(result) }, ...text] };
}

/** The codes that are no fault of the caller: the store failed, was too busy or too slow, or we have a bug. */
const NOT_THE_CALLERS: readonly ErrorCode[] = [
  "unavailable",
  "deadline_exceeded",
  "conflict",
  "permission_denied",
  "index_missing",
  "internal",
];

/** The answer of a tool that agents must not depend on (contracts.md 4); undefined for other tools. */
function degraded(tool: Tool, given: unknown, refusal: BoardError, done: number, { now, log }: Boundary) {
  if (!tool.degraded) return undefined;
  const { code: reason, message } = refusal;
  log("warn", "telemetry_degraded", { tool: tool.name, reason, message });
  const args = checkArguments(tool, given);
  return success(tool, tool.output.parse(tool.degraded({ args, reason, done, now: now() })));
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
function errorResult({ code, message, hint, details }: BoardError): CallToolResult {
  const body = { error: { code, message, hint, ...(details ? { details } : {}) } };
  return { isError: true, content: [{ type: "text", text: JSON.stringify(body) }] };
}

function deadlineExceeded(tool: Tool): BoardError {
  return tool.annotations.readOnlyHint
    ? new BoardError(
        "deadline_exceeded",
        `${tool.name} did not finish in time.`,
        "Call again; if it lasts, check that the store can be reached.",
      )
    : new BoardError(
        "deadline_exceeded",
        `${tool.name} did not finish in time. The change may have been applied.`,
        "Read the record before you repeat the call.",
      );
}
