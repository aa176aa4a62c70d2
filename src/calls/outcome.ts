import { randomUUID } from "node:crypto";
import { asBoardError, BoardError } from "../board/core/errors.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";

/** What a tool call ended in. A transport renders it; nothing else is left to decide. */
export type Outcome = { ok: true; result: Record<string, unknown> } | { ok: false; error: BoardError };

/**
 * Whatever was thrown, as an error that a client may see. A bug becomes `internal` with a short id; its stack is logged
 * as `tool_failed` under that id, with the name of what was asked for.
 */
export function toBoardError(error: unknown, what: string, log: Log): BoardError {
  return asBoardError(error) ?? internalError(error, what, log);
}

function internalError(error: unknown, what: string, log: Log): BoardError {
  const id = randomUUID().slice(0, 8);
  const stack = error instanceof Error ? error.stack : String(error);
  log("error", "tool_failed", { tool: what, error_id: id, stack });
  return new BoardError("internal", `Internal error ${id}.`, "Its details are in the server's stderr under this id.");
}

/** The `deadline_exceeded` of a tool call: a write says that it may have been applied. */
export function toolDeadlineExceeded({ name, annotations }: Tool): BoardError {
  return annotations.readOnlyHint
    ? new BoardError(
        "deadline_exceeded",
        `${name} did not finish in time.`,
        "Call again; if the problem persists, check that the store can be reached.",
      )
    : new BoardError(
        "deadline_exceeded",
        `${name} did not finish in time. The change may have been applied.`,
        "Read the record before you repeat the call.",
      );
}

/** The `deadline_exceeded` of a call whose turn did not come in time: it was never begun. `what` names it. */
export function notBegun(what: string): BoardError {
  return new BoardError(
    "deadline_exceeded",
    `${what} was not begun: calls before it over this connection did not finish in time. Nothing of it was applied.`,
    "Call again when the earlier calls are answered.",
  );
}

/** The refusal of a call that came while `most` others had not ended. */
export function tooManyCalls(what: string, most: number): BoardError {
  return new BoardError(
    "rate_limited",
    `${what} was not begun: ${most} calls over this connection have no answer yet. Nothing of it was applied.`,
    "Call again when the earlier calls are answered.",
  );
}
