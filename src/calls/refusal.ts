import { randomUUID } from "node:crypto";
import { asBoardError, BoardError } from "../board/core/errors.js";
import type { Log } from "../log.js";

/**
 * Whatever was thrown, as something that may be told to a client. A bug becomes `internal` with a short id; its stack is
 * logged under that id, with `what` was asked for.
 */
export function asRefusal(error: unknown, what: string, log: Log): BoardError {
  return asBoardError(error) ?? internalError(error, what, log);
}

function internalError(error: unknown, what: string, log: Log): BoardError {
  const id = randomUUID().slice(0, 8);
  const stack = error instanceof Error ? error.stack : String(error);
  log("error", "tool_failed", { tool: what, error_id: id, stack });
  return new BoardError("internal", `Internal error ${id}.`, "Its details are in the server's stderr under this id.");
}
