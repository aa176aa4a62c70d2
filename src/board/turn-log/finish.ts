import type { Call } from "../core/call.js";
import { endOf } from "../model/end-time.js";
import type { Turn } from "../model/turn.js";
import { editTurn } from "./edit-turn.js";
import type { NamesTurn } from "./named-turn.js";
import { second } from "./view.js";

/** Ends a turn as completed; without a response, the one it has stays (docs/contracts.md 5, completeTurn). */
export async function completeTurn(call: Call, { response, ...names }: NamesTurn & { response?: string | undefined }) {
  return await finish(call, names, "completed", response === undefined ? {} : { response });
}

/** Ends a turn as failed, and says why (docs/contracts.md 5, failTurn). */
export async function failTurn(
  call: Call,
  { errorMessage, errorCode, ...names }: NamesTurn & { errorMessage: string; errorCode?: string | undefined },
) {
  return await finish(call, names, "failed", { error_message: errorMessage, error_code: errorCode ?? null });
}

/** Makes a turn immutable. It stays the connection's current one, so that a late edit is refused by name. */
async function finish<S extends "completed" | "failed">(
  call: Call,
  names: NamesTurn,
  status: S,
  fields: Partial<Turn>,
) {
  return await editTurn(call, names, {
    decide({ turn, now }) {
      const ended_at = endOf(turn.started_at, now);
      return {
        change: { turn: { ...fields, status, ended_at } },
        result: { turnRequestId: turn.id, status, timestamp: second(ended_at) },
      };
    },
  });
}
