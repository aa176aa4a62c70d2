import { distance } from "fastest-levenshtein";
import type { Connection } from "../storage/sqlite.js";

/** How much of the vocabulary is looked through for one word, and how many of the nearest are taken. */
const LOOKED_THROUGH = 2_000;
const TAKEN = 5;
/** Shorter words may differ in one letter, others in two. */
const LONG = 8;

/**
 * The words of the cache that are spelt most nearly like one that is in none of its texts, the nearest first. They begin
 * with the same two characters: the vocabulary is in order, and only a part of it can be looked through.
 */
export function nearWords(cache: Connection, word: string): string[] {
  const characters = [...word];
  const beginning = characters.slice(0, 2).join("");
  const most = characters.length < LONG ? 1 : 2;
  return cache
    .all<{ term: string }>(
      `SELECT term FROM vocabulary WHERE term >= ? AND term < ? LIMIT ${LOOKED_THROUGH}`,
      beginning,
      `${beginning}\u{10ffff}`,
    )
    .map(({ term }) => ({
      term,
      differs: Math.abs(term.length - word.length) > most ? most + 1 : distance(word, term),
    }))
    .filter(({ differs }) => differs <= most)
    .sort((a, b) => a.differs - b.differs)
    .slice(0, TAKEN)
    .map(({ term }) => term);
}
