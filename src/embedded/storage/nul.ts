import type { SqlValue } from "./sqlite.js";

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

/** A value as it is given to SQLite. */
export function escapeNul(value: SqlValue): SqlValue {
  return typeof value === "string" ? value.replace(TO_ESCAPE, (found) => ESCAPED[found] ?? found) : value;
}

/** A row as it was given to SQLite, the row itself. */
export function restoreNul<Row extends Record<string, unknown>>(row: Row): Row {
  const columns: Record<string, unknown> = row;
  for (const name in columns) {
    const value = columns[name];
    if (typeof value === "string") columns[name] = value.replace(TO_RESTORE, (found) => RESTORED[found] ?? found);
  }
  return row;
}
