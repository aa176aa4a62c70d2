import type { Call } from "../core/call.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { sessionDocument } from "../model/session.js";
import { sessionSummary } from "./view.js";

/** The arguments of board_get_sessions. */
export interface ListSessions {
  project_id?: string | undefined;
  status?: string | undefined;
  agent_name?: string | undefined;
  story_id?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Sessions of every kind, the newest first (docs/contracts.md 3, board_get_sessions), with what all that match have cost in
 * sum, on this page or not. One round trip: the sums are one aggregation beside the page.
 */
export async function listSessions(call: Call, { limit, cursor, ...filters }: ListSessions) {
  const [page, totals] = await Promise.all([
    readPage(call, [{ shape: "sessions", values: filters }], { limit, cursor }, { sessions: filters }),
    call.store.query("sessionTotals", { values: filters, limit: "all" }).sums(),
  ]);
  const { rows, warnings } = readDocuments(sessionDocument, "session", page.documents);
  const now = call.now();
  const result = {
    sessions: rows.map((session) => sessionSummary(session, now)),
    next_cursor: page.next_cursor,
    totals: {
      input_tokens: totals.input_tokens ?? 0,
      output_tokens: totals.output_tokens ?? 0,
      cached_tokens: totals.cached_tokens ?? 0,
      cost_usd: totals.cost_usd ?? 0,
    },
  };
  return withWarnings(result, warnings);
}
