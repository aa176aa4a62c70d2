import type { Call } from "../core/call.js";
import { BoardError } from "../core/errors.js";
import { unlessTaken } from "../core/taken.js";
import { lastCallMark, type UnitOfWork, write } from "../core/write.js";
import { newSession } from "../model/session.js";
import { setCurrent } from "./current-turn.js";
import { begunAt, sessionIdTime } from "./ids.js";
import { second } from "./view.js";

/** The arguments of sessionlog_open_session. */
export interface OpenSession {
  agent: string;
  sessionId: string;
  title: string;
  model: string;
}

/**
 * Opens a session under the caller's id and makes it the connection's (docs/contracts.md 5, openSession). It started at
 * the time in its id. Throws `invalid_session_id`, `session_already_exists`.
 */
export async function openSession(call: Call, { agent, sessionId, title, model }: OpenSession) {
  const idTime = sessionIdTime(sessionId, agent);
  const ref = call.store.ref("sessions", sessionId);
  const now = call.now();
  const started_at = begunAt(idTime, now);
  const open = async ({ tx, get }: UnitOfWork) => {
    const [snapshot] = await get([ref]);
    if (snapshot?.exists) refuseTaken(sessionId);
    const session = newSession(now, { kind: "log", agent_name: agent, title, model, started_at });
    tx.create(ref, { ...session, last_call_id: call.id });
    return { sessionId, started: second(started_at) };
  };
  const written = write(call, open, { mark: lastCallMark(call, ref) });
  const opened = await unlessTaken(written, () => refuseTaken(sessionId));
  setCurrent(call, sessionId, null);
  return opened;
}

function refuseTaken(id: string): never {
  throw new BoardError(
    "session_already_exists",
    `There is a session ${id}.`,
    "Open one under a new id, or go on with this one by naming its sessionId.",
  );
}
