import type { Call } from "../core/call.js";
import { FINDABLE, SEARCH_KINDS, saidIn } from "./findable.js";
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
  const refs = matches.map(({ collection, id, part }) => {
    const ref = call.store.ref(collection, id);
    return part === null ? [ref] : [ref, call.store.sub(ref, "participants", part)];
  });
  const [documents, reached] = await Promise.all([
    call.store.getAll(refs.flat()),
    Promise.all(
      kinds.map(async (kind) => {
        const reach = coverage[FINDABLE[kind].collection] ?? { indexed: 0, current: false, complete: false };
        const { indexed, current, complete } = reach;
        const count = () => call.store.query(FINDABLE[kind].latest, { values: { project_id }, limit: "all" }).count();
        return { kind, looked_at: indexed, of: complete ? indexed : await count(), current };
      }),
    ),
  ]);
  const byPath = new Map(documents.map((document) => [document.ref.path, document]));
  const read = matches.map(({ collection, score }, at) => {
    const [document, joined] = (refs[at] ?? []).map(({ path }) => byPath.get(path));
    const kind = SEARCH_KINDS.find((kind) => FINDABLE[kind].collection === collection);
    if (!document?.exists || joined?.exists === false || !kind) return { rows: [], warnings: [] };
    const { rows, warnings } = FINDABLE[kind].read([document]);
    const found = joined ? rows.map((row) => saidIn(row, joined)) : rows;
    return { rows: found.map((row) => ({ ...row, score, snippet: snippet(row.text, words) })), warnings };
  });
  return {
    hits: read.flatMap(({ rows }) => rows).filter((hit) => project_id === undefined || hit.project_id === project_id),
    warnings: read.flatMap(({ warnings }) => warnings),
    reached,
  };
}
