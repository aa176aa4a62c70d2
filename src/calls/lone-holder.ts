import type { Runtime } from "../board/core/call.js";
import { invalidArgument } from "../board/core/errors.js";
import { holderOfName, holderWithId } from "../board/core/holder.js";
import { readDocuments } from "../board/core/read-document.js";
import { sessionDocument } from "../board/model/session.js";
import { ownPart } from "../board/participants/own-part.js";
import { participantsOf, readParticipants } from "../board/participants/read.js";
import type { Store } from "../firestore/store.js";
import type { Tool } from "../tools/define.js";

/** A call that stands alone: no connection tells whose it is. */
export interface LoneCall {
  /** The id of who has shown to be calling. */
  principal: string;
  tool: Pick<Tool, "annotations" | "input" | "takesPart">;
  /** Checked. */
  args: Readonly<Record<string, unknown>>;
}

/**
 * The `holder` of a call that stands alone (docs/contracts.md 3.3): a new one for a call that takes part in a session from
 * now on; the caller's own in the session that it names, which takes a round trip; else the one of its agent's name. Throws
 * `invalid_argument` when several could be meant and the call could have said which.
 */
export async function loneHolder(
  store: Store,
  { principal, tool, args }: LoneCall,
  { now, newId }: Pick<Runtime, "now" | "newId">,
): Promise<string> {
  const text = (name: string) => (typeof args[name] === "string" ? args[name] : null);
  const agent_name = text("agent_name") ?? text("agent_id");
  if (tool.takesPart) return holderWithId(principal, newId());
  const session_id = text("session_id");
  if (session_id === null || tool.annotations.readOnlyHint) return holderOfName(principal, agent_name);
  const [snapshot, found] = await Promise.all([
    store.ref("sessions", session_id).get(),
    participantsOf({ store }, session_id).get(),
  ]);
  const [session] = snapshot.exists ? readDocuments(sessionDocument, "session", [snapshot]).rows : [];
  const own = session ? ownPart(session, readParticipants(found.docs), { principal, agent_name }, now()) : null;
  if (own !== null && own !== "several") return own.holder;
  if (agent_name !== null) return holderOfName(principal, agent_name);
  if (own === "several" && Object.hasOwn(tool.input.shape, "agent_name"))
    throw invalidArgument(
      `Several agents of yours take part in session ${session_id}.`,
      "Say in agent_name which you are: as board_create_session answered it.",
    );
  // Of a caller that cannot be told nothing is known: it is nobody that holds anything.
  return holderWithId(principal, newId());
}
