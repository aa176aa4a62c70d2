import { type BoardError, type ErrorCode, FILE_CODES } from "../board/core/errors.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { checkArguments } from "./check-arguments.js";

/** The codes that are no fault of the caller: the store failed, was too busy or too slow, or we have a bug. */
const NOT_THE_CALLERS: readonly ErrorCode[] = [
  ...FILE_CODES,
  "unavailable",
  "deadline_exceeded",
  "rate_limited",
  "conflict",
  "permission_denied",
  "index_missing",
  "internal",
];

/** How far a call had come when it failed. */
export interface CallState {
  /** What it had reported as done. */
  done: number;
  now: Date;
  log: Log;
}

/**
 * The result of a tool that agents must not depend on, when the store is at fault (docs/contracts.md 4); undefined for other
 * tools and other errors. Logged as `telemetry_degraded`.
 */
export function degradedResult(
  tool: Tool,
  { code: reason, message }: BoardError,
  given: unknown,
  { done, now, log }: CallState,
): Record<string, unknown> | undefined {
  if (!tool.degraded || !NOT_THE_CALLERS.includes(reason)) return undefined;
  log("warn", "telemetry_degraded", { tool: tool.name, reason, message });
  const args = checkArguments(tool, given);
  return tool.output.parse(tool.degraded({ args, reason, done, now }));
}
