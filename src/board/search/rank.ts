import { setImmediate as nextTurn } from "node:timers/promises";
import MiniSearch from "minisearch";
import { matchesLoosely, searchedWords, unspacedCharacters, wordsOf } from "../../words.js";
import type { Findable } from "./findable.js";
import { type Hit, keyOf, snippet } from "./snippet.js";

/** What a search among texts came to. */
export interface Ranking {
  hits: Hit[];
  /** How many of the items were looked at: all, unless the time did not suffice. */
  lookedAt: number;
}

/** How much text is indexed, in characters, before other work of the process gets its turn. */
const CHARACTERS_AT_ONCE = 20_000;

/**
 * The best matches for a query, the best first; words of three characters or more may be misspelt a little or only begun.
 * Ranking is MiniSearch's (BM25+, https://lucaong.github.io/minisearch/). Leaves the process free for others every few
 * milliseconds. Of items with the same kind and id only the best is a hit. When `inTime` says no, the items that were
 * not looked at by then stay out: give the ones that matter first.
 */
export async function rank(
  items: readonly Findable[],
  query: string,
  limit: number,
  inTime: () => boolean = () => true,
): Promise<Ranking> {
  const words = searchedWords(wordsOf(query).flatMap((word) => pairsOf(word)));
  const index = new MiniSearch<Indexed>({
    idField: "at",
    fields: ["title", "text", "id"],
    tokenize: indexedWordsOf,
    processTerm: (word) => word,
    searchOptions: {
      boost: { title: 2 },
      fuzzy: whenLong(0.2),
      maxFuzzy: 2,
      prefix: whenLong(true),
      tokenize: wholeWord,
    },
  });
  const lookedAt = await addAll(index, items, inTime);
  const matches = await matchesOf(index, words);
  const hits = new Map<string, Hit>();
  for (const { at, score, terms } of matches) {
    const item = items[at];
    if (hits.size === limit) break;
    if (item && !hits.has(keyOf(item))) hits.set(keyOf(item), { ...item, score, snippet: snippet(item.text, terms) });
  }
  return { hits: [...hits.values()], lookedAt };
}

function whenLong<T>(value: T): (word: string) => T | false {
  return (word) => matchesLoosely(word) && value;
}

const wholeWord = (word: string): string[] => [word];

/** What is written without spaces is looked for by pairs of its characters, or by the one that stands alone. */
function pairsOf(word: string): string[] {
  const characters = unspacedCharacters(word);
  if (!characters || characters.length === 1) return [word];
  return characters.slice(1).map((second, at) => `${characters[at]}${second}`);
}

/** The words by which a text is found. */
function indexedWordsOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => [...new Set([...pairsOf(word), ...(unspacedCharacters(word) ?? [])])]);
}

type Indexed = Findable & { at: number };

/** Gives how many were added in time. */
async function addAll(index: MiniSearch<Indexed>, items: readonly Findable[], inTime: () => boolean): Promise<number> {
  let characters = 0;
  for (const [at, item] of items.entries()) {
    index.add({ ...item, at });
    characters += item.title.length + item.text.length;
    if (characters < CHARACTERS_AT_ONCE) continue;
    characters = 0;
    await nextTurn();
    if (!inTime()) return at + 1;
  }
  return items.length;
}

interface Match {
  /** The item's place. */
  at: number;
  score: number;
  /** The words of the item that matched. */
  terms: string[];
}

/**
 * Searches word by word, because one search of many words would keep the process busy. What is found by more of the words
 * counts more, as in MiniSearch's own search of them all: the sum of the scores, times the number of words.
 */
async function matchesOf(index: MiniSearch<Indexed>, words: readonly string[]): Promise<Match[]> {
  const byItem = new Map<number, Match & { words: number }>();
  for (const word of words) {
    for (const { id: at, score, terms } of index.search(word)) {
      const match: Match & { words: number } = byItem.get(at) ?? { at, score: 0, terms: [], words: 0 };
      match.score += score;
      match.terms.push(...terms);
      match.words += 1;
      byItem.set(at, match);
    }
    await nextTurn();
  }
  return [...byItem.values()]
    .map(({ at, score, terms, words }) => ({ at, score: score * words, terms }))
    .sort((a, b) => b.score - a.score || a.at - b.at);
}
