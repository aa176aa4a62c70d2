import type { Call } from "../core/call.js";
import { lastCallMark, type UnitOfWork, write } from "../core/write.js";
import { endOf } from "../model/end-time.js";
import { current, setCurrent } from "./current-turn.js";
import { touched } from "./edit-turn.js";
import { noSession, turnOpen } from "./errors.js";
import { type NamesSession, readActiveSession, targetSession } from "./named-turn.js";
import { second } from "./view.js";

/**
 * Ends a session that openSession opened (docs/contracts.md 5, closeSession); sessions of other kinds are ended where
 * they were opened. Throws `session_not_found`, and `invalid_turn_state` while a turn is open.
 */
export async function closeSession(call: Call, names: NamesSession) {
  const id = targetSession(call, names);
  const ref = call.store.ref("sessions", id);
  const openTurns = call.store.query("openTurns", { parent: ref, values: { status: "in_progress" }, limit: 1 });
  const close = async ({ tx }: UnitOfWork) => {
    const [open, snapshot] = await Promise.all([tx.get(openTurns), ref.get()]);
    const session = readActiveSession(snapshot, id, names.agent);
    if (session.kind !== "log")
      throw noSession(`Session ${id} was not opened by the turn log; end it where it was opened.`);
    if (open.docs[0]) throw turnOpen(open.docs[0].id);
    const now = call.now();
    const lastUpdateTime = snapshot.updateTime;
    const ended_at = endOf(session.started_at, now);
    const change = { status: "completed", ended_at, last_call_id: call.id, ...touched(session, now) };
    if (lastUpdateTime) tx.update(ref, change, { lastUpdateTime });
    return { sessionId: id, status: "completed" as const, ended: second(ended_at) };
  };
  const closed = await write(call, close, { mark: lastCallMark(call, ref) });
  if (current(call).session === id) setCurrent(call, null, null);
  return closed;
}
