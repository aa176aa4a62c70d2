import type { z } from "zod";
import type { Stored } from "../model/fields.js";
import type { AnswerSize } from "./answer-size.js";
import type { Page } from "./paging.js";
import { readDocuments } from "./read-document.js";
import { cutRow, type WithoutNulls } from "./row.js";
import { bytesOfTokens, countInRoom, jsonBytes } from "./tokens.js";

/** What stands at one place of a list: a document, or why it cannot be read; and the cursor that goes on behind it. */
export type Item<T> = { behind: string | null } & ({ row: T } | { warning: string });

/** A part of a list; `next_cursor` goes on behind all of it, and is null where the list ends. */
export interface Part<T> {
  items: Item<T>[];
  next_cursor: string | null;
}

/** What an answer has room for. */
export interface Listed<R extends object> {
  rows: WithoutNulls<R>[];
  /** Goes on exactly behind what is given here; null where the list ends. */
  next_cursor: string | null;
  /** Of the documents that cannot be read, as far as the answer goes. */
  warnings: string[];
}

/** A page's documents, read; those with a field of a wrong type are warnings in their places. */
export function readItems<S extends z.ZodObject>(schema: S, noun: string, page: Page): Part<Stored<z.output<S>>> {
  const items = page.documents.map((document, at): Item<Stored<z.output<S>>> => {
    const { rows, warnings } = readDocuments(schema, noun, [document]);
    const behind = page.behind(at);
    return rows[0] ? { row: rows[0], behind } : { warning: warnings[0] ?? "", behind };
  });
  return { items, next_cursor: page.next_cursor };
}

/** A list that no cursor leads through: rows, then warnings. */
export function unpaged<T>(rows: readonly T[], warnings: readonly string[]): Part<T> {
  const items = [
    ...rows.map((row) => ({ row, behind: null })),
    ...warnings.map((warning) => ({ warning, behind: null })),
  ];
  return { items, next_cursor: null };
}

/** The first of the rows, as they are, that take at most `tokens` together. Pure. */
export function firstInRoom<T>(rows: readonly T[], tokens: number): T[] {
  return rows.slice(0, countInRoom(rows, bytesOfTokens(tokens)));
}

/** The first `limit` of the rows that are wanted, with the warnings among them. */
export function firstOf<T>({ items, next_cursor }: Part<T>, limit: number, isWanted: (row: T) => boolean): Part<T> {
  const wanted: Item<T>[] = [];
  let rows = 0;
  for (const item of items) {
    if ("row" in item && !isWanted(item.row)) continue;
    if ("row" in item && rows === limit) return { items: wanted, next_cursor: wanted.at(-1)?.behind ?? null };
    if ("row" in item) rows += 1;
    wanted.push(item);
  }
  return { items: wanted, next_cursor };
}

/** The bytes of an answer's own field names, brackets and commas. */
const FRAME_BYTES = 200;

/**
 * As many items of a list, from the first, as fit into an answer besides `rest`, what else is in it; each row is cut as
 * `cutRow` does. The first item always fits, so that each call gets on: `limits.tokens` must leave 12,000 bytes for a
 * row. Pure, given a pure `view`.
 */
export function fitItems<T, R extends object>(
  limits: AnswerSize,
  { items, next_cursor }: Part<T>,
  view: (row: T) => R,
  rest: object = {},
): Listed<R> {
  const room = bytesOfTokens(limits.tokens) - jsonBytes(rest) - FRAME_BYTES;
  const rows: WithoutNulls<R>[] = [];
  const warnings: string[] = [];
  let used = 0;
  for (const [at, item] of items.entries()) {
    const end = jsonBytes(at === items.length - 1 ? next_cursor : item.behind);
    const shown = "row" in item ? cutRow(view(item.row), limits, room - end) : item.warning;
    const size = jsonBytes(shown) + 1;
    if (at > 0 && used + size + end > room) return { rows, next_cursor: items[at - 1]?.behind ?? null, warnings };
    used += size;
    if (typeof shown === "string") warnings.push(shown);
    else rows.push(shown);
  }
  return { rows, next_cursor, warnings };
}
