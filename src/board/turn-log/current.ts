import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { turnDocument } from "../model/turn.js";
import { current } from "./current-turn.js";
import { type NamesSession, readSession } from "./named-turn.js";
import { historyRow, second } from "./view.js";

/**
 * The session that a call names and its open turn, even if another connection began it (docs/contracts.md 5,
 * currentSession): null when the connection has none. After a restart, naming the sessionId finds the turn to go on
 * with. Throws `session_not_found`.
 */
export async function currentSession(call: Call, { agent, sessionId }: NamesSession) {
  const id = sessionId ?? current(call).session;
  if (id === null) return { session: null, turn: null };
  const ref = call.store.ref("sessions", id);
  const [snapshot, open] = await Promise.all([
    ref.get(),
    call.store.query("openTurns", { parent: ref, values: { status: "in_progress" }, limit: 1 }).get(),
  ]);
  const session = readSession(snapshot, id, agent);
  const { rows, warnings } = readDocuments(turnDocument, "turn", open.docs);
  const turn = rows[0] && {
    turnRequestId: rows[0].id,
    status: rows[0].status,
    queryTitle: rows[0].query_title,
    timestamp: second(rows[0].started_at),
    dialogCount: rows[0].dialog_count,
    actionCount: rows[0].action_count,
  };
  return withWarnings({ session: historyRow(session), turn: turn ?? null }, warnings);
}
