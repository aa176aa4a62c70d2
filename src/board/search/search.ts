import type { Call } from "../core/call.js";
import { fitItems, unpaged } from "../core/list-answer.js";
import { withWarnings } from "../core/result.js";
import { SEARCH_KINDS, type SearchKind } from "./findable.js";
import { searchIndex } from "./search-index.js";
import { searchLatest } from "./search-latest.js";
import type { Hit } from "./snippet.js";

/** The arguments of board_search. */
export interface Search {
  query: string;
  project_id?: string | undefined;
  kinds?: SearchKind[] | undefined;
  limit: number;
}

/** What is looked for in which kinds, and how long that may take, in milliseconds. */
export interface SearchWanted {
  query: string;
  project_id: string | undefined;
  kinds: readonly SearchKind[];
  limit: number;
  ms: number;
}

/** What a search came to. */
export interface SearchFound {
  hits: Hit[];
  warnings: string[];
  /** By kind: how many were looked at, how many there are, and whether they were looked at as they are now. */
  reached: { kind: SearchKind; looked_at: number; of: number; current: boolean }[];
}

/** The share of a call's time that looking may take; the rest is for reading what was found and for the answer. */
const LOOKING_SHARE = 0.5;

/**
 * Finds tasks, sessions and activity by their texts, and says of each kind how many it looked at, of how many
 * (docs/contracts.md 3, board_search): all of them where the store has a text index, else the latest.
 */
export async function search(call: Call, { query, project_id, kinds = [...SEARCH_KINDS], limit }: Search) {
  const ms = (call.deadline.getTime() - call.now().getTime()) * LOOKING_SHARE;
  const wanted = { query, project_id, kinds: SEARCH_KINDS.filter((kind) => kinds.includes(kind)), limit, ms };
  const { hits, warnings, reached } = (await searchIndex(call, wanted)) ?? (await searchLatest(call, wanted));
  const coverage = {
    looked_at: Object.fromEntries(reached.map(({ kind, looked_at }) => [kind, looked_at])),
    // Counted at another moment than they were read.
    of: Object.fromEntries(reached.map(({ kind, looked_at, of }) => [kind, Math.max(looked_at, of)])),
    truncated: Object.fromEntries(
      reached.map(({ kind, looked_at, of, current }) => [kind, !current || looked_at < of]),
    ),
  };
  const fitted = fitItems(call.answer, unpaged(hits, warnings), hitView, coverage);
  const missing = hits.length - fitted.rows.length;
  const noRoom = missing > 0 ? [`There was no room for ${missing} more hits: narrow the query.`] : [];
  return withWarnings({ hits: fitted.rows, ...coverage }, [...fitted.warnings, ...noRoom]);
}

const hitView = ({ kind, id, project_id, title, snippet, score }: Hit) => ({
  kind,
  id,
  project_id,
  title,
  snippet,
  score: Math.round(score * 100) / 100,
});
