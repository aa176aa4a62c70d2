import { countInRoom } from "./tokens.js";

/** What the rows of an answer take at most, in bytes of JSON; with its warnings it stays below 500 KB. */
const ROWS_BYTES = 450_000;
const WARNINGS_BYTES = 49_000;

/** A row of a list by offset, and the offset at which the list begins with it. */
export interface OffsetRow<R> {
  row: R;
  offset: number;
}

/**
 * The first rows of a list by offset that an answer has room for, as they are: its source document fixes their form
 * (docs/contracts.md 4 and 5). `more` is empty unless rows were left out. One row is always given, whatever its size;
 * of the warnings, as many as have room. Pure.
 */
export function fitOffsetRows<R>(all: readonly OffsetRow<R>[], warnings: readonly string[]) {
  const count = Math.max(1, countInRoom(all, ROWS_BYTES));
  const rest = all[count];
  return {
    rows: all.slice(0, count).map(({ row }) => row),
    more: rest ? { truncated: true as const, nextOffset: rest.offset } : {},
    warnings: warnings.slice(0, countInRoom(warnings, WARNINGS_BYTES)),
  };
}
