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
 * Finds the tasks whose lease the caller may take over because its holder is done (docs/contracts.md 3.0): another
 * connection under the caller's name holds it, and has ended its own part in the session that it claimed the task in. A
 * session that was abandoned by the start of another one does not count. Returns the ids of the tasks. One round trip
 * in the transaction; none when no task is held by another connection of that name.
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

/** Whether a holder has ended its part: a joiner's is a document of its own, the creator's is in the session. */
function hasEnded({ holder }: Lease, session: Snapshot | undefined, part: Snapshot | undefined): boolean {
  if (part?.exists) return readMended(participantDocument, part).ended_at !== null;
  if (!session?.exists) return false;
  const opened = readMended(sessionDocument, session);
  if (opened.holder !== holder) return false;
  return opened.kind === "board" ? opened.creator_ended_at !== null : opened.status === "completed";
}
