import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FOR_AGENTS } from "../../../src/board/core/answer-size.js";
import { firstOf, fitItems, type Item, type Listed, type Part } from "../../../src/board/core/list-answer.js";
import { bytesOfTokens, jsonBytes } from "../../../src/board/core/tokens.js";

interface Row {
  id: string;
  title: string;
  description: string | null;
  depends_on: string[];
  metadata: object;
}

const text = (max: number) =>
  fc
    .tuple(fc.constantFrom("x", "é", "日", "😀", "\u0001", '"'), fc.integer({ min: 0, max }))
    .map(([unit, length]) => unit.repeat(length).slice(0, max).toWellFormed());
const record: fc.Arbitrary<Omit<Row, "id">> = fc.record({
  title: text(500),
  description: fc.option(fc.oneof(text(300), text(50_000))),
  depends_on: fc.array(fc.constantFrom("a", "t".repeat(128)), { maxLength: 100 }),
  metadata: fc.oneof(
    fc.constant({}),
    fc.jsonValue().map((value) => ({ value })),
    fc.dictionary(fc.string(), text(2_000), { noNullPrototype: true }),
    fc.constant({ a: "x".repeat(32_000), b: Array.from({ length: 3_000 }, (_, at) => at) }),
  ),
});
const item = fc.oneof(
  { weight: 9, arbitrary: record },
  fc.integer({ min: 0, max: 1_500 }).map((length) => "w".repeat(length)),
);

/** The part of a list that a query would give: `limit` items behind `cursor`, which is the place of the next one. */
function readPart(list: readonly (Omit<Row, "id"> | string)[], limit: number, cursor: string | null): Part<Row> {
  const start = Number(cursor ?? 0);
  const behind = (at: number) => (at + 1 < list.length ? String(at + 1).padStart(300, "0") : null);
  const items = list.slice(start, start + limit).map<Item<Row>>((what, at) => {
    const place = { behind: behind(start + at) };
    return typeof what === "string"
      ? { warning: `${start + at} ${what}`, ...place }
      : { row: { id: String(start + at), ...what }, ...place };
  });
  return { items, next_cursor: start + limit < list.length ? behind(start + limit - 1) : null };
}

/** The places of a list as its pages give them, walked to the end. */
function walk(next: (cursor: string | null) => Part<Row>, rest = {}): number[] {
  const places: number[] = [];
  let cursor: string | null = null;
  do {
    const { rows, next_cursor, warnings }: Listed<Row> = fitItems(FOR_AGENTS, next(cursor), (row) => row, rest);
    const answer = { tasks: rows, next_cursor, warnings, ...rest };
    expect(jsonBytes(answer)).toBeLessThanOrEqual(bytesOfTokens(FOR_AGENTS.tokens));
    expect(rows.length + warnings.length).toBeGreaterThan(0);
    places.push(...[...rows.map(({ id }) => Number(id)), ...warnings.map(Number.parseFloat)].sort((a, b) => a - b));
    cursor = next_cursor;
  } while (cursor !== null);
  return places;
}

describe("an answer of a list", () => {
  it("has room for 8,000 tokens; a walk through its pages finds each row and each warning once, in order", () => {
    const list = fc.array(item, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 200 }), fc.integer({ max: 2_000, min: 0 }), (all, limit, beside) => {
        const rest = { totals: "x".repeat(beside) };
        expect(walk((cursor) => readPart(all, limit, cursor), rest)).toEqual(all.map((_, at) => at));
      }),
      { numRuns: 300 },
    );
  });

  it("goes on where the wanted rows of a part end, also when the part has none", () => {
    const list = fc.array(record, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }), (all, looked, limit) => {
        const isWanted = ({ id }: Row) => Number(id) % 3 === 1;
        const found: number[] = [];
        let cursor: string | null = null;
        do {
          const part: Part<Row> = firstOf(readPart(all, looked, cursor), limit, isWanted);
          const { rows, next_cursor }: Listed<Row> = fitItems(FOR_AGENTS, part, (row) => row);
          expect(rows.length).toBeLessThanOrEqual(limit);
          found.push(...rows.map(({ id }) => Number(id)));
          cursor = next_cursor;
        } while (cursor !== null);
        expect(found).toEqual(all.map((_, at) => at).filter((at) => at % 3 === 1));
      }),
    );
  });

  it("is as large as the caller takes, with whole rows", () => {
    const rows = Array.from({ length: 200 }, (_, at) => ({ id: String(at), description: "日".repeat(5_000) }));
    const part = { items: rows.map((row) => ({ row, behind: "c" })), next_cursor: null };
    const limits = { tokens: 1_500_000, rowTokens: 1_500_000, textCharacters: 1_000_000 };
    expect(fitItems(limits, part, (row) => row)).toEqual({ rows, next_cursor: null, warnings: [] });
  });
});
