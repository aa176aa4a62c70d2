import { IDS, MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { fitOffsetRows } from "../core/offset-list.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { maskedSession } from "../model/masked.js";
import { historyRow } from "./view.js";

/** The arguments of sessionlog_query_history. */
export interface QueryHistory {
  agent?: string | undefined;
  limit: number;
  offset: number;
}

/**
 * Sessions of every kind, the last updated first, without reading their turns (docs/contracts.md 5, queryHistory).
 * As many as 500 KB hold. One round trip; Firestore bills the sessions that `offset` skips.
 */
export async function queryHistory(call: Call, { agent, limit, offset }: QueryHistory) {
  const values = { agent_name: agent };
  const [found, totalCount] = await Promise.all([
    call.store.query("sessionHistory", { values, mask: MASKS.sessions.history, limit, offset }).get(),
    call.store.query("sessionHistory", { values, limit: "all" }).count(),
  ]);
  const { rows, warnings } = readDocuments(maskedSession.history, "session", found.docs);
  const offsets = new Map(found.docs.map(({ id }, at) => [id, offset + at]));
  const fitted = fitOffsetRows(
    rows.map((session) => ({ row: historyRow(session), offset: offsets.get(session.id) ?? offset })),
    warnings,
  );
  return withWarnings({ sessions: fitted.rows, totalCount, offset, limit, ...fitted.more }, fitted.warnings);
}

/**
 * Says that the turn log can be used, by reading one session of the store, if there is one (docs/contracts.md 5,
 * bootstrap).
 */
export async function bootstrap(call: Call) {
  await call.store.query("sessionHistory", { mask: IDS, limit: 1 }).get();
  return { initialized: true as const };
}
