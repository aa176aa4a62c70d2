import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { fitOffsetRows } from "../core/offset-list.js";
import { documentPages } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { maskedSession } from "../model/masked.js";
import type { Session } from "../model/session.js";
import { contextRow } from "./row.js";

/** The arguments of sessionQuery; `limit` is 1 to 1,000. */
export interface QuerySessions {
  agentName?: string | undefined;
  storyId?: string | undefined;
  activeOnly: boolean;
  limit: number;
  offset: number;
}

/** How many documents are read at a time, after the first time. */
const PAGE_DOCUMENTS = 1_000;

/**
 * Context and board sessions, the latest start first, then by id (docs/contracts.md 4, sessionQuery). A query cannot
 * ask for sessions without a kind, which are board sessions: so those of other kinds are read and left out. One round
 * trip, one more for each 1,000 documents of the offset or of sessions that were left out. As many as 500 KB hold.
 */
export async function querySessions(call: Call, { agentName, storyId, activeOnly, limit, offset }: QuerySessions) {
  const values = { agent_name: agentName, story_id: storyId, ...(activeOnly ? { ended_at: null } : {}) };
  const sessions: ReturnType<typeof contextRow>[] = [];
  const warnings: string[] = [];
  let toSkip = offset;
  const pages = { mask: MASKS.sessions.usage, size: PAGE_DOCUMENTS, first: Math.min(offset + limit, PAGE_DOCUMENTS) };
  for await (const docs of documentPages(call, "sessions", values, pages)) {
    const read = readDocuments(maskedSession.usage, "session", docs);
    const ours = read.rows.filter(isOurs);
    warnings.push(...read.warnings);
    sessions.push(...ours.slice(toSkip, toSkip + limit - sessions.length).map(contextRow));
    toSkip = Math.max(0, toSkip - ours.length);
    if (sessions.length === limit) break;
  }
  const fitted = fitOffsetRows(
    sessions.map((row, at) => ({ row, offset: offset + at })),
    warnings,
  );
  return withWarnings({ sessions: fitted.rows, ...fitted.more }, fitted.warnings);
}

function isOurs({ kind }: Pick<Session, "kind">): boolean {
  return kind === "board" || kind === "context";
}
