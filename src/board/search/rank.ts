import MiniSearch from "minisearch";

/** Something that can be found: what it is, and the texts it is found by. */
export interface Findable {
  kind: "task" | "session" | "activity";
  id: string;
  project_id: string | null;
  /** Weighs more than the text. */
  title: string;
  text: string;
}

/** A match, with its rank and an excerpt. */
export interface Hit extends Findable {
  score: number;
  /** The part of the text around the first word that matched. */
  snippet: string;
}

const SNIPPET = 160;

/**
 * The best matches for a query, the best first; words may be misspelt a little or only begun. Ranking is MiniSearch's
 * (BM25+, https://lucaong.github.io/minisearch/). Pure.
 */
export function rank(items: readonly Findable[], query: string, limit: number): Hit[] {
  const index = new MiniSearch<Findable & { at: number }>({
    idField: "at",
    fields: ["title", "text", "id"],
    searchOptions: { boost: { title: 2 }, fuzzy: 0.2, prefix: true },
  });
  index.addAll(items.map((item, at) => ({ ...item, at })));
  return index
    .search(query)
    .slice(0, limit)
    .flatMap(({ id: at, score, terms }) => {
      const item = items[at as number];
      return item ? [{ ...item, score: Math.round(score * 100) / 100, snippet: snippet(item.text, terms) }] : [];
    });
}

function snippet(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase();
  const found = terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0);
  const start = Math.max(0, Math.min(...(found.length > 0 ? found : [0])) - SNIPPET / 4);
  // By code point, so that no surrogate pair is torn at either end.
  return [...text.slice(start, start + SNIPPET)].filter((character) => character.isWellFormed()).join("");
}
