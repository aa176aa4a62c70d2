import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { fitItems, readItems } from "../core/list-answer.js";
import { readPage } from "../core/paging.js";
import { withWarnings } from "../core/result.js";
import { maskedSession } from "../model/masked.js";
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
 * Sessions of every kind, the newest first (docs/contracts.md 3, board_get_sessions), as many as the answer has room
 * for, with what all that match have cost in sum, on this page or not. One round trip: the sums are one aggregation
 * beside the page.
 */
export async function listSessions(call: Call, { limit, cursor, ...filters }: ListSessions) {
  const [page, sums] = await Promise.all([
    readPage(
      call,
      [{ shape: "sessions", values: filters, mask: MASKS.sessions.summary }],
      { limit, cursor },
      { sessions: filters },
    ),
    call.store.query("sessionTotals", { values: filters, limit: "all" }).sums(),
  ]);
  const totals = {
    input_tokens: sums.input_tokens ?? 0,
    output_tokens: sums.output_tokens ?? 0,
    cached_tokens: sums.cached_tokens ?? 0,
    cost_usd: sums.cost_usd ?? 0,
  };
  const now = call.now();
  const found = readItems(maskedSession.summary, "session", page);
  const { rows, next_cursor, warnings } = fitItems(
    call.answer,
    found,
    (session) => sessionSummary(session, now),
    totals,
  );
  return withWarnings({ sessions: rows, next_cursor, totals }, warnings);
}
