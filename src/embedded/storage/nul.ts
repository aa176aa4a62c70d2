/*
 * Drivers end a text at its first NUL, which Firestore allows in ids and field names. It is stored as \x01\x01, and \x01
 * as \x01\x02; no other text changes, and what one text starts with, it starts with afterwards.
 * https://www.sqlite.org/nulinstr.html
 */

const ESCAPED: Readonly<Record<string, string>> = { "\0": "\x01\x01", "\x01": "\x01\x02" };
const RESTORED: Readonly<Record<string, string>> = { "\x01\x01": "\0", "\x01\x02": "\x01" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these two are what it looks for
const TO_ESCAPE = /[\0\x01]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const TO_RESTORE = /\x01[\x01\x02]/g;

/** A text as it is given to SQLite. */
export function escapeNul(text: string): string {
  return text.replace(TO_ESCAPE, (found) => ESCAPED[found] ?? found);
}

/** The inverse of {@link escapeNul}. */
export function restoreNul(text: string): string {
  return text.replace(TO_RESTORE, (found) => RESTORED[found] ?? found);
}
