import type { Call } from "../core/call.js";
import { readMended } from "../core/read-document.js";
import type { UnitOfWork } from "../core/write.js";
import { SESSION_KINDS } from "../model/enums.js";
import { type Session, sessionDocument } from "../model/session.js";

/** How many active sessions of any kind are read at first. */
const FIRST = 50;

/**
 * All active board sessions of a project, in the transaction. One round trip while fewer than 50 sessions of all kinds
 * are active. Agents may leave any number open: from then on only board sessions are read, in one more round trip. No
 * query can ask for those without a kind, which are other clients' board sessions: where counts tell that there are
 * some, all are read, in one more.
 */
export async function readActiveSessions(call: Call, { tx }: UnitOfWork, project_id: string): Promise<Session[]> {
  const query = (limit: number | "all", kind?: readonly string[]) =>
    call.store.query("activeSessions", { values: { project_id, status: "active", kind }, limit });
  let { docs } = await tx.get(query(FIRST));
  if (docs.length === FIRST) {
    const [board, all, ofKnownKinds] = await Promise.all([
      tx.get(query("all", ["board"])),
      query("all").count(),
      query("all", SESSION_KINDS).count(),
    ]);
    ({ docs } = all === ofKnownKinds ? board : await tx.get(query("all")));
  }
  return docs.map((document) => readMended(sessionDocument, document)).filter(({ kind }) => kind === "board");
}
