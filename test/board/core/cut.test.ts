import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CUT, cutText, cutValues } from "../../../src/board/core/cut.js";
import { jsonBytes } from "../../../src/board/core/tokens.js";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 300 }).map((value) => value.toWellFormed()),
);
const bytes = fc.integer({ min: jsonBytes(CUT), max: 400 });

describe("a text that is cut", () => {
  it("takes at most the allowed bytes as JSON, and is the beginning of the text with the mark", () => {
    fc.assert(
      fc.property(text, bytes, (value, allowed) => {
        const cut = cutText(value, allowed);
        expect(jsonBytes(cut)).toBeLessThanOrEqual(allowed);
        if (cut === value) return;
        expect(cut.endsWith(CUT)).toBe(true);
        const kept = cut.slice(0, -CUT.length);
        expect(value.startsWith(kept)).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each([
    ["is unchanged when it fits", "abc", 5, "abc"],
    ["ends with the mark when it does not fit", "abcdefghijklmnop", 12, `ab${CUT}`],
    ["splits no character", "😀😀😀😀", 15, `😀${CUT}`],
    ["counts a control character by its escaped length", "\u0001\u0001\u0001\u0001", 17, `\u0001${CUT}`],
  ])("%s", (_, value, allowed, cut) => {
    expect(cutText(value, allowed)).toBe(cut);
  });
});

describe("values that are cut", () => {
  const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.array(text, { maxLength: 20 }));
  const values = fc.dictionary(fc.string({ maxLength: 30 }), value, { maxKeys: 6, noNullPrototype: true });

  it("take at most the allowed bytes, keep their order, and are shortened but not changed otherwise", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 600 }), (whole, allowed) => {
        const cut = cutValues(whole, allowed);
        expect(jsonBytes(cut)).toBeLessThanOrEqual(allowed);
        expect(Object.keys(whole).slice(0, Object.keys(cut).length)).toEqual(Object.keys(cut));
        for (const [key, short] of Object.entries(cut)) {
          if (Array.isArray(short)) expect((whole[key] as unknown[]).slice(0, short.length)).toEqual(short);
          else if (typeof short === "string" && short !== whole[key])
            expect((whole[key] as string).startsWith(short.slice(0, -CUT.length))).toBe(true);
          else expect(short).toEqual(whole[key]);
        }
      }),
    );
  });

  it("keep a key that objects have a meaning for", () => {
    const whole = JSON.parse('{"__proto__":[],"a":"too long for what is left"}');
    expect(Object.keys(cutValues(whole, 20))).toEqual(["__proto__"]);
  });

  it("are all there when they fit", () => {
    const whole = { a: "x", b: [1, 2], c: { d: null } };
    expect(cutValues(whole, jsonBytes(whole))).toEqual(whole);
  });
});
