import type { Call } from "../call.js";
import { readDocuments } from "../model/document.js";
import { sessionDocument } from "../model/session.js";
import { readPage } from "../paging.js";
import { sessionSummary } from "./view.js";

export interface ListSessions {
  project_id?: string | undefined;
  status?: string | undefined;
  agent_name?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Sessions of every door, the newest first (contracts.md 3, board_get_sessions). One round trip. */
export async function listSessions(call: Call, { limit, cursor, ...filters }: ListSessions) {
  const page = await readPage(call, [{ shape: "sessions", values: filters }], { limit, cursor }, { sessions: filters });
  const { rows, warnings } = readDocuments(sessionDocument, "session", page.documents);
  const now = call.now();
  return {
    sessions: rows.map((session) => sessionSummary(session, now)),
    next_cursor: page.next_cursor,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
