import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import type { LeaseCaller } from "../core/caller.js";
import { readMended } from "../core/read-document.js";
import type { UnitOfWork } from "../core/write.js";
import { participantDocument } from "../model/participant.js";
import { sessionDocument } from "../model/session.js";
import type { Lease, Task } from "../model/task.js";
import { isHeldByOther, liveLease } from "./lease.js";
import { byPath } from "./relations.js";

/**
 * Of tasks that the caller's name holds over another connection that still lives: the ids of those whose holder has itself
 * ended its part in the session that it claimed the task in (docs/contracts.md 3.0). A session that another one's start
 * abandoned says nothing. One round trip in the transaction; none when there is no such task.
 */
export async function readEndedHolders(
  call: Call,
  { get }: Pick<UnitOfWork, "get">,
  tasks: readonly Task[],
  caller: LeaseCaller,
): Promise<ReadonlySet<string>> {
  const now = call.now();
  const asked = tasks.flatMap((task) => {
    const lease = liveLease(task, now);
    const namesakes = lease?.agent_name === caller.agent && lease.holder !== caller.holder;
    return lease?.session_id && namesakes && isHeldByOther(lease, caller, now) ? [{ id: task.id, lease }] : [];
  });
  if (asked.length === 0) return new Set();
  const refsOf = ({ session_id, holder }: Lease) => {
    const session = call.store.ref("sessions", session_id ?? "none");
    return { session, part: call.store.sub(session, "participants", holder ?? "none") };
  };
  const refs = asked.flatMap(({ lease }) => Object.values(refsOf(lease)));
  const read = byPath(await get([...new Map(refs.map((ref) => [ref.path, ref])).values()]));
  const ended = asked.filter(({ lease }) => {
    const { session, part } = refsOf(lease);
    return hasEnded(lease, read.get(session.path), read.get(part.path));
  });
  return new Set(ended.map(({ id }) => id));
}

/** Whether a holder has ended its part, which is a document of its own or, if it opened the session, in that. */
function hasEnded({ holder }: Lease, session: Snapshot | undefined, part: Snapshot | undefined): boolean {
  if (part?.exists) return readMended(participantDocument, part).ended_at !== null;
  if (!session?.exists) return false;
  const opened = readMended(sessionDocument, session);
  if (opened.holder !== holder) return false;
  return opened.kind === "board" ? opened.creator_ended_at !== null : opened.status === "completed";
}
