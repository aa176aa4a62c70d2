import type { Call } from "../core/call.js";
import type { UnitOfWork } from "../core/write.js";
import { newParticipant } from "../model/participant.js";
import type { Session } from "../model/session.js";
import { participantsOf, readParticipants } from "../participants/read.js";
import { decideJoining } from "./join-rules.js";

/** How a caller takes part in the active session. */
export interface Joined {
  agent_name: string | null;
  message: string;
}

const JOINED = "Joined the active session";

/**
 * Makes the caller a participant of the active session, unless it is one already (docs/contracts.md 3.3). One read more
 * in the transaction, which decides the name: of several that join at once each gets its own. A repeated attempt finds
 * itself, so that it needs no activity entry to be known by. Throws `guard_refused`.
 */
export async function joinSession(
  call: Call,
  { tx, now: time }: UnitOfWork,
  session: Session,
  agent_name: string | null,
): Promise<Joined> {
  const joined = readParticipants((await tx.get(participantsOf(call, session.id))).docs);
  const now = time();
  const { holder, store } = call;
  const { known, earlier, ...decided } = decideJoining(session, joined, { holder, agent_name }, now);
  const asAsked = agent_name === null || agent_name === decided.agent_name;
  if (known) return { ...decided, message: asAsked ? JOINED : `${JOINED}, in which you take part under agent_name` };

  const ref = store.ref("sessions", session.id);
  if (earlier) {
    // Under an id that no connection has: what was said in it stays as it is.
    const { id: _, ...part } = earlier;
    tx.create(store.sub(ref, "participants", call.newId()), part);
  }
  tx.set(store.sub(ref, "participants", holder), newParticipant(now, decided.agent_name));
  if (session.shared_since === null) tx.update(ref, { shared_since: now, updated_at: now });
  const message = asAsked ? JOINED : `${JOINED}. Another participant has the name you gave: use agent_name instead`;
  return { ...decided, message };
}
