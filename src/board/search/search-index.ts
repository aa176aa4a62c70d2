import { MASKS } from "../../firestore/masks.js";
import type { Ref } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { FINDABLE, SEARCH_KINDS, type SearchKind, saidIn } from "./findable.js";
import type { SearchFound, SearchWanted } from "./search.js";
import { snippet } from "./snippet.js";

/** Where a match is: its document, and the part of who said it when another one than the document's writer did. */
interface Place {
  kind: SearchKind;
  ref: Ref;
  part: Ref | null;
}

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
  const { words, coverage } = found;
  const matches = found.matches.flatMap(({ collection, id, part, score }) => {
    const ref = call.store.ref(collection, id);
    const place = { ref, part: part === null ? null : call.store.sub(ref, "participants", part) };
    return SEARCH_KINDS.filter((kind) => FINDABLE[kind].collection === collection).map((kind) => ({
      ...place,
      kind,
      score,
    }));
  });
  const [byPath, reached] = await Promise.all([
    readPlaces(call, matches),
    Promise.all(
      kinds.map(async (kind) => {
        const reach = coverage[FINDABLE[kind].collection] ?? { indexed: 0, current: false, complete: false };
        const { indexed, current, complete } = reach;
        const count = () => call.store.query(FINDABLE[kind].latest, { values: { project_id }, limit: "all" }).count();
        return { kind, looked_at: indexed, of: complete ? indexed : await count(), current };
      }),
    ),
  ]);
  const read = matches.map(({ kind, ref, part, score }) => {
    const document = byPath.get(ref.path);
    const joined = part && byPath.get(part.path);
    if (!document?.exists || joined?.exists === false) return { rows: [], warnings: [] };
    const { rows, warnings } = FINDABLE[kind].read([document]);
    const said = joined ? rows.map((row) => saidIn(row, joined)) : rows;
    return { rows: said.map((row) => ({ ...row, score, snippet: snippet(row.text, words) })), warnings };
  });
  return {
    hits: read.flatMap(({ rows }) => rows).filter((hit) => project_id === undefined || hit.project_id === project_id),
    warnings: read.flatMap(({ warnings }) => warnings),
    reached,
  };
}

/** Reads the documents of each kind by its mask, all at once, and gives them by their paths. */
async function readPlaces(call: Call, places: readonly Place[]) {
  const documents = await Promise.all([
    ...SEARCH_KINDS.map((wanted) => {
      const refs = places.filter(({ kind }) => kind === wanted).map(({ ref }) => ref);
      return call.store.getAll(refs, FINDABLE[wanted].mask);
    }),
    call.store.getAll(
      places.flatMap(({ part }) => part ?? []),
      MASKS.participants.search,
    ),
  ]);
  return new Map(documents.flat().map((document) => [document.ref.path, document]));
}
