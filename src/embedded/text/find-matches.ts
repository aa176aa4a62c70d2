import { setImmediate as nextTurn } from "node:timers/promises";
import { matchesLoosely, searchedWords, unspacedCharacters, wordsOf } from "../../words.js";
import type { Connection } from "../storage/sqlite.js";
import { indexTokens, titleNumber } from "./cache-rows.js";
import { nearWords } from "./near-words.js";

/** What is looked for in a cache. */
export interface CacheSearch {
  query: string;
  /** The numbers of the sources to look in. */
  sources: readonly number[];
  /** The value that the scope field must have; any when undefined. */
  scope: string | undefined;
  limit: number;
}

/** A document that matches, itself or by a part of it. */
export interface CacheMatch {
  source: number;
  id: string;
  /** The `doc_id` of the row by which it is found. */
  doc_id: string;
  /** Only to compare matches of one search by; the best is the highest. */
  score: number;
}

/** What matches, the best first, and by which words: those of the query, or what they were taken for. */
export interface CacheMatches {
  matches: CacheMatch[];
  words: string[];
}

/** Above this, a search for any of several words looks only for the rarer ones: each row costs time to be ranked. */
const MOST_RANKED = 5_000;
/** How many words that begin with another are counted. */
const BEGUN_COUNTED = 500;
/** How much a word in the title weighs, compared with one in the other texts. */
const TITLE_WEIGHT = 4;

/**
 * Finds the best matches, in this order: documents of which the query holds the id, those whose title it is, those that
 * hold all its words as they stand in it, those that hold all words, those that hold some, those where words begin so, and
 * ids that begin so. Within each of these by bm25 (https://www.sqlite.org/fts5.html#the_bm25_function). A word that occurs
 * nowhere stands for those that begin with it, else for those that are spelt nearly like it. Looks no further when there are
 * enough. Between two statements the process is free for others; ends when the time is up, with what it has.
 */
export async function findMatches(cache: Connection, search: CacheSearch, msLeft: () => number): Promise<CacheMatches> {
  const chunks = chunksOf(search.query);
  const words = chunks.flat();
  const found = new Map<string, CacheMatch & { tier: number }>();
  let tier = 0;
  const add = async (matches: readonly CacheMatch[]): Promise<boolean> => {
    for (const match of matches) {
      const key = `${match.source}/${match.id}`;
      if (found.size < search.limit && !found.has(key)) found.set(key, { ...match, tier });
    }
    tier += 1;
    await nextTurn();
    return found.size >= search.limit || msLeft() <= 0;
  };
  const result = (meant: readonly string[]): CacheMatches => ({
    matches: inFallingScores([...found.values()]),
    words: [...meant],
  });

  const ids = search.query.trim().split(/\s+/);
  if (await add(searchedWords(ids).flatMap((id) => withId(cache, search, id)))) return result(words);
  if (await add(withTitle(cache, search))) return result(words);
  if (words.length === 0) return result(words);
  const whole = phrase(words);
  if (words.length > 1 && (await add(matching(cache, search, whole)))) return result(words);
  const asWritten = chunks.map(phrase).join(" AND ");
  if (asWritten !== whole || words.length === 1)
    if (await add(matching(cache, search, asWritten))) return result(words);

  const terms: Term[] = [];
  for (const word of words) {
    terms.push(termFor(cache, word));
    await nextTurn();
    if (msLeft() <= 0) return result(words);
  }
  const meant = terms.flatMap((term) => term.words);
  const all = terms.map((term) => term.expression).join(" AND ");
  if (all !== asWritten && (await add(matching(cache, search, all)))) return result(meant);
  if (await add(matching(cache, search, anyOf(terms)))) return result(meant);
  const begun: Term[] = [];
  for (const word of words.filter(canBegin)) {
    begun.push(begunBy(cache, word));
    await nextTurn();
    if (msLeft() <= 0) return result(meant);
  }
  if (await add(matching(cache, search, anyOf(begun)))) return result(meant);
  if (ids.length === 1) await add(withIdBegun(cache, search, ids[0] ?? ""));
  return result(meant);
}

/** The words of each piece of the query that stands between spaces, as far as words count; each piece once. */
function chunksOf(query: string): string[][] {
  const counted = new Set(searchedWords(wordsOf(query)));
  const seen = new Set<string>();
  return query.split(/\s+/).flatMap((chunk) => {
    const words = wordsOf(chunk);
    const key = words.join(" ");
    if (words.length === 0 || seen.has(key) || !words.every((word) => counted.has(word))) return [];
    seen.add(key);
    return [words];
  });
}

/** A word of the query as it is looked for. */
interface Term {
  expression: string;
  /** In about how many documents. */
  documents: number;
  /** The words that it stands for. */
  words: string[];
}

function termFor(cache: Connection, word: string): Term {
  const documents = documentsWith(cache, word);
  if (documents > 0 || !canBegin(word)) return { expression: phrase([word]), documents, words: [word] };
  const begun = begunBy(cache, word);
  if (begun.documents > 0) return begun;
  const near = nearWords(cache, word);
  if (near.length === 0) return { expression: phrase([word]), documents: 0, words: [word] };
  return {
    expression: `(${near.map((other) => phrase([other])).join(" OR ")})`,
    documents: near.reduce((sum, other) => sum + documentsWith(cache, other), 0),
    words: near,
  };
}

function canBegin(word: string): boolean {
  return matchesLoosely(word) && !unspacedCharacters(word);
}

function begunBy(cache: Connection, word: string): Term {
  const row = cache.get<{ documents: number | null }>(
    `SELECT sum(doc) AS documents FROM
     (SELECT doc FROM vocabulary WHERE term >= ? AND term < ? LIMIT ${BEGUN_COUNTED})`,
    word,
    `${word}\u{10ffff}`,
  );
  return { expression: `${phrase([word])}*`, documents: row?.documents ?? 0, words: [word] };
}

/** In how many documents a word is; of one without spaces, its rarest character. */
function documentsWith(cache: Connection, word: string): number {
  const counts = (unspacedCharacters(word) ?? [word]).map(
    (term) => cache.get<{ doc: number }>("SELECT doc FROM vocabulary WHERE term = ?", term)?.doc ?? 0,
  );
  return Math.min(...counts);
}

/** The words of a phrase are letters and digits only, so that nothing in it can be an operator. */
function phrase(words: readonly string[]): string {
  return `"${indexTokens(words)}"`;
}

/** Any of the terms that occur: as many, from the rarest on, as are in few enough documents; the rarest always. */
function anyOf(terms: readonly Term[]): string {
  let documents = 0;
  return terms
    .filter((term) => term.documents > 0)
    .sort((a, b) => a.documents - b.documents)
    .filter((term, at) => {
      documents += term.documents;
      return at === 0 || documents <= MOST_RANKED;
    })
    .map(({ expression }) => expression)
    .join(" OR ");
}

const CONFINED = "rows.source IN (SELECT value FROM json_each(?)) AND (? IS NULL OR top.scope = ?)";
/** Documents themselves, not their parts. */
const TOP = "source, top_id AS id, doc_id, 1 AS score FROM rows AS top";
const TOP_CONFINED = "source IN (SELECT value FROM json_each(?)) AND (? IS NULL OR scope = ?) AND source = top_source";

function confinement({ sources, scope }: CacheSearch): [string, string | null, string | null] {
  return [JSON.stringify(sources), scope ?? null, scope ?? null];
}

function matching(cache: Connection, search: CacheSearch, expression: string): CacheMatch[] {
  if (expression === "") return [];
  return cache.all<CacheMatch & Record<string, never>>(
    // SQLite gives the other columns of the row that has the maximum:
    // https://www.sqlite.org/lang_select.html#bareagg
    `WITH found AS MATERIALIZED (
       SELECT top.source, top.doc_id AS id, rows.doc_id, rows.update_time, -bm25(texts, ${TITLE_WEIGHT}, 1) AS score
       FROM texts CROSS JOIN rows ON rows.id = texts.rowid
       CROSS JOIN rows AS top ON top.source = rows.top_source AND top.doc_id = rows.top_id
       WHERE texts MATCH ? AND ${CONFINED}
     )
     SELECT source, id, doc_id, max(score) AS score FROM found
     GROUP BY source, id ORDER BY max(score) DESC, update_time DESC LIMIT ?`,
    expression,
    ...confinement(search),
    search.limit,
  );
}

function withTitle(cache: Connection, search: CacheSearch): CacheMatch[] {
  return cache.all<CacheMatch & Record<string, never>>(
    `SELECT ${TOP} WHERE title = ? AND ${TOP_CONFINED} ORDER BY update_time DESC LIMIT ?`,
    titleNumber(search.query),
    ...confinement(search),
    search.limit,
  );
}

function withId(cache: Connection, search: CacheSearch, id: string): CacheMatch[] {
  return cache.all<CacheMatch & Record<string, never>>(
    `SELECT ${TOP} WHERE doc_id = ? AND ${TOP_CONFINED} LIMIT ?`,
    id,
    ...confinement(search),
    search.limit,
  );
}

function withIdBegun(cache: Connection, search: CacheSearch, beginning: string): CacheMatch[] {
  return cache.all<CacheMatch & Record<string, never>>(
    `SELECT ${TOP} WHERE doc_id >= ? AND doc_id < ? AND ${TOP_CONFINED} LIMIT ?`,
    beginning,
    `${beginning}\u{10ffff}`,
    ...confinement(search),
    search.limit,
  );
}

/** Sets the scores of each tier above those of the next, so that they fall from the first match to the last. */
function inFallingScores(matches: readonly (CacheMatch & { tier: number })[]): CacheMatch[] {
  let base = 0;
  let top = 0;
  let tier = matches.at(-1)?.tier;
  return matches
    .toReversed()
    .map((match) => {
      if (match.tier !== tier) base = top;
      tier = match.tier;
      top = base + match.score;
      return { source: match.source, id: match.id, doc_id: match.doc_id, score: top };
    })
    .reverse();
}
