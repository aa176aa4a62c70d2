/**
 * A search looks for this many different words, the first of its query: each costs time, and more of them say little.
 */
const MOST_WORDS = 20;
/**
 * Words that are shorter match as they are only: nearly every text holds a word that begins with "a" or is like "to".
 */
const SHORTEST_LOOSE = 3;

const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
/** Scripts that put no spaces between words. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const UNSPACED_PARTS = new RegExp(`${UNSPACED.source}+|(?:(?!${UNSPACED.source}).)+`, "gsu");

/**
 * The words of a text, in the form in which they are compared: lower case, without accents. What is written without
 * spaces, as Japanese is, is one word; see `unspacedCharacters`. Pure.
 */
export function wordsOf(text: string): string[] {
  // Accents of the scripts that are written in letters; the marks of others, as of Japanese, make another letter.
  const plain = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase();
  const words = plain.match(WORD) ?? [];
  return UNSPACED.test(plain) ? words.flatMap((word) => word.match(UNSPACED_PARTS) ?? []) : words;
}

/**
 * The characters of a word that was written without spaces, any of which may begin what is looked for; null for others.
 */
export function unspacedCharacters(word: string): string[] | null {
  return UNSPACED.test(word) ? [...word] : null;
}

/** The words that a search looks for, of the words in its query: the first 20 different ones. Pure. */
export function searchedWords(words: readonly string[]): string[] {
  return [...new Set(words)].slice(0, MOST_WORDS);
}

/** Whether a word may match others that begin with it or are spelt nearly like it: from three characters on. */
export function matchesLoosely(word: string): boolean {
  return [...word].length >= SHORTEST_LOOSE;
}
