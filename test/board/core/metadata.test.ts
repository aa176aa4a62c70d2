import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkMetadataSize, mergeMetadata, metadataFault } from "../../../src/board/core/metadata.js";

/** Made by JSON.parse, which takes `__proto__` as a key like any other. */
const json = (text: string): Record<string, unknown> => JSON.parse(text);
const nested = (depth: number) => json(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);

describe("merging metadata", () => {
  it.each([
    [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [{ a: 1 }, { a: 2 }, { a: 2 }],
    [{ a: 1, b: 2 }, { a: null }, { b: 2 }],
    [{ a: { x: 1 } }, { a: { y: 2 } }, { a: { y: 2 } }],
    [{ a: 1 }, { gone: null }, { a: 1 }],
    [{ a: null }, { b: 1 }, { a: null, b: 1 }],
    [{ a: 1 }, { b: { c: null } }, { a: 1, b: { c: null } }],
    [{}, { constructor: "x", toString: null }, { constructor: "x" }],
  ])("%o with %o: %o", (current, change, merged) => {
    expect(mergeMetadata(current, change)).toEqual(merged);
  });

  it("gives what a Map would, for any keys and values, and modifies neither", () => {
    const metadata = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });
    fc.assert(
      fc.property(metadata, metadata, (current, change) => {
        const before = structuredClone([current, change]);
        const expected = new Map(Object.entries(current));
        for (const [key, value] of Object.entries(change)) {
          if (value === null) expected.delete(key);
          else expected.set(key, value);
        }
        expect(new Map(Object.entries(mergeMetadata(current, change)))).toEqual(expected);
        expect([current, change]).toEqual(before);
      }),
    );
  });
});

describe("what metadata may not hold", () => {
  it.each<[string, unknown, RegExp | null]>([
    ["10 levels", nested(10), null],
    ["11 levels", nested(11), /deeper than 10/],
    ["thousands of levels", nested(5_000), /deeper than 10/],
    ["a list of objects of lists", json('{"a":[{"b":[1]}]}'), null],
    ["a list directly in a list", json('{"a":[1,[]]}'), /array directly inside an array/],
    ["the same, nested deeper", json('{"a":[{"b":[[1]]}]}'), /array directly inside an array/],
    ["an empty key", json('{"a":{"":1}}'), /empty key/],
    ["a reserved key", json('{"__proto__":1}'), /reserved/],
    ["a reserved key in a list", json('{"a":[{"__x__":1}]}'), /reserved/],
    ["keys with dots, slashes and backticks", json('{"a.b":1,"c/d":2,"`":3,"*":4}'), null],
    ["a key of 1,500 bytes", { ["é".repeat(750)]: 1 }, null],
    ["a key of 1,501 bytes", { [`${"é".repeat(750)}x`]: 1 }, /longer than 1,500 bytes/],
    ["a lone surrogate in a text", json('{"a":"\\ud800"}'), /valid Unicode/],
    ["a lone surrogate in a key", json('{"\\ud800":1}'), /valid Unicode/],
    ["a number that is infinite", json('{"a":1e400}'), /too large/],
    ["nulls, booleans, control characters", json('{"a":null,"b":true,"c":"\\u0000\\u001b"}'), null],
  ])("%s", (_, value, fault) => {
    if (fault === null) expect(metadataFault(value)).toBeNull();
    else expect(metadataFault(value)).toMatch(fault);
  });
});

describe("the size of metadata", () => {
  it("may be 32 KB and no more, and the refusal names the argument", () => {
    const largest = { a: "x".repeat(32 * 1024 - 8) };
    expect(() => checkMetadataSize("metadata", largest)).not.toThrow();
    const refused = () => checkMetadataSize("metadata", { a: `${largest.a}x` });
    expect(refused).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    expect(refused).toThrow(/^metadata would be larger than 32 KB/);
  });
});
