import type { Call } from "../core/call.js";
import { lastCallMark, type UnitOfWork, write } from "../core/write.js";
import type { Turn } from "../model/turn.js";
import { setCurrent } from "./current-turn.js";
import { touched } from "./edit-turn.js";
import { turnExists, turnOpen } from "./errors.js";
import { begunAt, requestIdTime } from "./ids.js";
import { type NamesSession, readActiveSession, targetSession } from "./named-turn.js";
import { second } from "./view.js";

/** The arguments of sessionlog_begin_turn. */
export interface BeginTurn extends NamesSession {
  requestId: string;
  queryTitle: string;
  queryText: string;
}

/**
 * Begins a turn of an active session and makes both the connection's (docs/contracts.md 5, beginTurn). A session has
 * one open turn at a time. Throws `invalid_request_id`, `session_not_found`, `turn_already_exists`,
 * `invalid_turn_state`.
 *
 * The transaction reads the open turns; session and turn are read beside it, and the commit stands only on both as they
 * were: the session's update names its update time, and the turn is created.
 */
export async function beginTurn(call: Call, { requestId, queryTitle, queryText, ...names }: BeginTurn) {
  const idTime = requestIdTime(requestId);
  const id = targetSession(call, names);
  const sessionRef = call.store.ref("sessions", id);
  const turnRef = call.store.sub(sessionRef, "turns", requestId);
  const openTurns = call.store.query("openTurns", { parent: sessionRef, values: { status: "in_progress" }, limit: 1 });

  const begin = async ({ tx }: UnitOfWork) => {
    const [open, sessionSnapshot, turnSnapshot] = await Promise.all([
      tx.get(openTurns),
      sessionRef.get(),
      turnRef.get(),
    ]);
    const now = call.now();
    const started_at = begunAt(idTime, now);
    const session = readActiveSession(sessionSnapshot, id, names.agent);
    if (turnSnapshot.exists) throw turnExists(requestId, String(turnSnapshot.get("status")));
    if (open.docs[0]) throw turnOpen(open.docs[0].id);
    tx.create(
      turnRef,
      newTurn(now, { query_title: queryTitle, query_text: queryText, started_at, last_call_id: call.id }),
    );
    const lastUpdateTime = sessionSnapshot.updateTime;
    const change = { turn_count: session.turn_count + 1, ...touched(session, now) };
    if (lastUpdateTime) tx.update(sessionRef, change, { lastUpdateTime });
    return { turnRequestId: requestId, status: "in_progress" as const, timestamp: second(started_at) };
  };
  const begun = await write(call, begin, { mark: lastCallMark(call, turnRef) });
  setCurrent(call, id, requestId);
  return begun;
}

/** The fields of a turn that has just begun; every optional field is null, never missing. */
function newTurn(
  now: Date,
  given: Pick<Turn, "query_title" | "query_text" | "started_at" | "last_call_id">,
): Omit<Turn, "id"> {
  return {
    status: "in_progress",
    interpretation: null,
    response: null,
    error_message: null,
    error_code: null,
    token_count: null,
    tags: [],
    context_list: [],
    dialog_count: 0,
    action_count: 0,
    ended_at: null,
    created_at: now,
    updated_at: now,
    ...given,
  };
}
