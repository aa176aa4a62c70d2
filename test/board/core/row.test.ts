import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FOR_AGENTS } from "../../../src/board/core/answer-size.js";
import { CUT } from "../../../src/board/core/cut.js";
import { cutCharacters, cutRow } from "../../../src/board/core/row.js";
import { jsonBytes } from "../../../src/board/core/tokens.js";

const cut = (row: Record<string, unknown>, bytes = 20_000) => cutRow(row, FOR_AGENTS, bytes);

describe("a text in a row", () => {
  it.each([
    ["of 500 characters is whole", "x".repeat(500), "x".repeat(500)],
    ["is cut behind 500", "x".repeat(501), `${"x".repeat(500)}${CUT}`],
    ["loses no half of a surrogate pair", `${"x".repeat(499)}😀😀`, `${"x".repeat(499)}${CUT}`],
    ["keeps an accent with its letter", `${"x".repeat(499)}e\u0301e\u0301`, `${"x".repeat(499)}${CUT}`],
    ["keeps a family together", `${"x".repeat(495)}👨‍👩‍👧‍👦!`, `${"x".repeat(495)}${CUT}`],
  ])("%s", (_, text, expected) => {
    expect(cut({ text }).text).toBe(expected);
  });

  it("is cut within free-form data too, whatever it is made of", () => {
    const long = "é".repeat(600);
    expect(cut({ metadata: { a: [{ b: long }] } })).toEqual({ metadata: { a: [{ b: `${"é".repeat(500)}${CUT}` }] } });
    const accents = fc.string({ unit: fc.constantFrom("\u0301", "\u0302", "a", "😀"), maxLength: 80 });
    fc.assert(
      fc.property(accents, fc.integer({ min: 1, max: 90 }), (text, characters) => {
        const short = cutCharacters(text, characters);
        if (text.length <= characters) return short === text;
        const kept = short.slice(0, -CUT.length);
        expect(text.startsWith(kept) && kept.length <= characters && short.isWellFormed()).toBe(true);
        return kept.length > characters - 80;
      }),
    );
  });
});

describe("a row", () => {
  it("leaves out its nulls, not those in free-form data, nor what is only empty", () => {
    const kept = { id: "t", zero: 0, no: false, empty: "", depends_on: [], metadata: { key: { inner: null } } };
    expect(cut({ ...kept, lease: null, riper_mode: null })).toEqual(kept);
  });

  it("keeps lists and free-form data of 1,000 tokens, whatever its texts take", () => {
    const row = { title: "日".repeat(500), description: "日".repeat(500), metadata: { a: "x".repeat(400), b: [1] } };
    expect(cut(row)).toEqual(row);
  });

  it("has the largest of them cut, and says how much is missing", () => {
    const depends_on = Array.from({ length: 20 }, (_, at) => `task-${at}`);
    const values = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`key${at}`, "x".repeat(400)]));
    const { metadata, ...rest } = cut({ id: "t", depends_on, metadata: values });
    expect(rest).toEqual({ id: "t", depends_on });
    const { [CUT]: missing, ...kept } = metadata as Record<string, unknown>;
    expect(values).toMatchObject(kept);
    expect(Object.keys(kept).length).toBeGreaterThan(3);
    expect(missing).toBe(40 - Object.keys(kept).length);

    const ids = Array.from({ length: 100 }, (_, at) => `${"t".repeat(120)}${at}`);
    const list = cut({ depends_on: ids }).depends_on as string[];
    expect(list.slice(0, -1)).toEqual(ids.slice(0, list.length - 1));
    expect(list.at(-1)).toBe(`${CUT} ${100 - (list.length - 1)}`);
    expect(list.length).toBeGreaterThan(15);
  });

  it("takes at most what it may, whatever is in it, and always keeps its id", () => {
    const text = fc.string({ unit: "binary", maxLength: 800 }).map((value) => value.toWellFormed());
    const values = fc.dictionary(fc.string(), fc.oneof(text, fc.jsonValue(), fc.array(text)), {
      noNullPrototype: true,
    });
    const field = fc.oneof(
      { weight: 3, arbitrary: text },
      values,
      fc.array(text, { maxLength: 100 }),
      fc.constant(null),
    );
    const long = fc.constant("\u0001".repeat(800));
    const row = fc.array(fc.oneof(field, long), { maxLength: 20 });
    fc.assert(
      fc.property(row, fc.integer({ min: 24_000, max: 30_000 }), (fields, bytes) => {
        const whole = { id: "x".repeat(128), ...Object.fromEntries(fields.map((value, at) => [`f${at}`, value])) };
        const short = cut(whole, bytes);
        expect(jsonBytes(short)).toBeLessThanOrEqual(bytes);
        expect(short.id).toBe(whole.id);
        if (jsonBytes(cut(whole, 1e9)) <= bytes) expect(short).toEqual(cut(whole, 1e9));
      }),
      { numRuns: 300 },
    );
  });
});
