import type { Findable } from "./findable.js";

/** A match, with its rank and an excerpt. */
export interface Hit extends Findable {
  /** Compares the hits of one search; the best has the highest. */
  score: number;
  /** The part of the text around the first word that matched. */
  snippet: string;
}

/** What a hit is: one for a session, whoever said in it what was found. */
export function keyOf({ kind, id }: Pick<Findable, "kind" | "id">): string {
  return `${kind}/${id}`;
}

/** Characters of an excerpt. */
const SNIPPET = 160;

/** The part of a text around the first of the words that it holds, else its beginning. Pure. */
export function snippet(text: string, words: readonly string[]): string {
  const lower = text.toLowerCase();
  const found = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0);
  const start = Math.max(0, Math.min(...(found.length > 0 ? found : [0])) - SNIPPET / 4);
  // By code point, so that no surrogate pair is torn at either end.
  return [...text.slice(start, start + SNIPPET)].filter((character) => character.isWellFormed()).join("");
}
