/*
 * Drivers end a text at its first NUL, which Firestore allows in ids and field names. It is stored as \x01\x01, and \x01
 * as \x01\x02; no other text changes, and what one text starts with, it starts with afterwards.
 * https://www.sqlite.org/nulinstr.html
 */

/** A text as it is given to SQLite. */
export function escapeNul(text: string): string {
  return text.replaceAll("\x01", "\x01\x02").replaceAll("\0", "\x01\x01");
}

/** The inverse of `escapeNul`. Escapes are pairs, so that from left to right each is found where it starts. */
export function restoreNul(text: string): string {
  return text.replaceAll("\x01\x01", "\0").replaceAll("\x01\x02", "\x01");
}
