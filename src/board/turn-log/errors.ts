import { BoardError } from "../core/errors.js";
import type { Turn } from "../model/turn.js";

/** `session_not_found`: what is wrong with the session, and that another one must be opened. */
export function noSession(fact: string): BoardError {
  return new BoardError(
    "session_not_found",
    fact,
    "sessionlog_open_session opens one; sessionlog_query_history lists them.",
  );
}

/** `turn_not_found` */
export function noTurn(fact: string): BoardError {
  return new BoardError(
    "turn_not_found",
    fact,
    "sessionlog_begin_turn begins one; sessionlog_current_session names an open one.",
  );
}

/** `turn_immutable`, in the document's words. */
export function immutable(turn: Pick<Turn, "id" | "status">): BoardError {
  const hint = "Begin a new turn instead";
  return new BoardError("turn_immutable", `Turn is immutable (status: ${turn.status})`, hint, {
    turnRequestId: turn.id,
    currentStatus: turn.status,
    hint,
  });
}

/** `turn_already_exists` */
export function turnExists(requestId: string, status: string): BoardError {
  const hint = "Use a new request id";
  return new BoardError("turn_already_exists", `There is a turn ${requestId} in this session.`, hint, {
    turnRequestId: requestId,
    currentStatus: status,
    hint,
  });
}

/** `invalid_turn_state`: a turn of the session is still open. */
export function turnOpen(requestId: string): BoardError {
  const hint = "Complete it with sessionlog_complete_turn or give it up with sessionlog_fail_turn first";
  return new BoardError("invalid_turn_state", `Turn ${requestId} of this session is in progress.`, hint, {
    turnRequestId: requestId,
    currentStatus: "in_progress",
    hint,
  });
}
