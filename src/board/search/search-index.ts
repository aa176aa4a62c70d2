import type { Call } from "../core/call.js";
import { FINDABLE, SEARCH_KINDS } from "./findable.js";
import type { SearchFound, SearchWanted } from "./search.js";
import { snippet } from "./snippet.js";

/**
 * Searches by the store's text index; null where it has none that can be used. What is shown is read from the store: what
 * was deleted or moved to another project meanwhile is left out. One round trip.
 */
export async function searchIndex(
  call: Call,
  { query, project_id, kinds, limit, ms }: SearchWanted,
): Promise<SearchFound | null> {
  const collections = kinds.map((kind) => FINDABLE[kind].collection);
  const index = call.store.textIndex;
  const found = index && (await index({ collections, query, project_id, limit, ms }));
  if (!found) return null;
  const { matches, words, coverage } = found;
  const [documents, reached] = await Promise.all([
    call.store.getAll(matches.map(({ collection, id }) => call.store.ref(collection, id))),
    Promise.all(
      kinds.map(async (kind) => {
        const { indexed, complete } = coverage[FINDABLE[kind].collection] ?? { indexed: 0, complete: false };
        const count = () => call.store.query(FINDABLE[kind].latest, { values: { project_id }, limit: "all" }).count();
        return { kind, looked_at: indexed, of: complete ? indexed : await count() };
      }),
    ),
  ]);
  const read = matches.map(({ collection, score }, at) => {
    const document = documents[at];
    const kind = SEARCH_KINDS.find((kind) => FINDABLE[kind].collection === collection);
    if (!document?.exists || !kind) return { rows: [], warnings: [] };
    const { rows, warnings } = FINDABLE[kind].read([document]);
    return { rows: rows.map((row) => ({ ...row, score, snippet: snippet(row.text, words) })), warnings };
  });
  return {
    hits: read.flatMap(({ rows }) => rows).filter((hit) => project_id === undefined || hit.project_id === project_id),
    warnings: read.flatMap(({ warnings }) => warnings),
    reached,
  };
}
