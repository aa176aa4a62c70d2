import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../../src/board/core/cursor.js";

const FILTERS = { tasks: { project_id: "p", status: undefined } };
const SHAPES = ["tasksByPriority", "subtasks"] as const;
const after = [{ s: 1_767_225_600, n: 5 }, "task-1"];

describe("a cursor", () => {
  it("decodes to the position it was made of", () => {
    const position = fc.tuple(
      fc.oneof(
        fc.record({ s: fc.integer({ min: 0, max: 2 ** 33 }), n: fc.integer({ min: 0, max: 999_999_999 }) }),
        fc.string().map((text) => text.toWellFormed()),
        fc.constant(null),
      ),
      fc.stringMatching(/^[A-Za-z0-9:-]{1,128}$/),
    );
    fc.assert(
      fc.property(position, fc.constantFrom(0, 1), (at, bucket) => {
        expect(decodeCursor(encodeCursor({ bucket, after: at }, FILTERS), FILTERS, SHAPES)).toEqual({
          bucket,
          after: at,
        });
      }),
    );
  });

  it("is the first page when it is absent", () => {
    expect(decodeCursor(undefined, FILTERS, SHAPES)).toEqual({ bucket: 0, after: null });
  });

  it.each<[string, string]>([
    ["other filters", encodeCursor({ bucket: 0, after }, { tasks: { project_id: "q" } })],
    ["a query that is not there", encodeCursor({ bucket: 2, after }, FILTERS)],
    ["a position of another shape", encodeCursor({ bucket: 0, after: ["task-1"] }, FILTERS)],
    ["no position", encodeCursor({ bucket: 0, after: null }, FILTERS)],
    ["no JSON", Buffer.from("{").toString("base64url")],
    ["JSON of another kind", Buffer.from('{"bucket":0}').toString("base64url")],
    ["null", Buffer.from("null").toString("base64url")],
    ["any text", "next page please"],
  ])("with %s is refused", (_, text) => {
    const decode = () => decodeCursor(text, FILTERS, SHAPES);
    expect(decode).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  it("that was tampered with is refused or decodes to a position, and never crashes", () => {
    const genuine = encodeCursor({ bucket: 0, after }, FILTERS);
    fc.assert(
      fc.property(fc.nat({ max: genuine.length - 1 }), fc.string({ maxLength: 3 }), (at, text) => {
        const forged = genuine.slice(0, at) + text + genuine.slice(at + 1);
        const outcome = (): unknown => {
          try {
            return decodeCursor(forged, FILTERS, SHAPES).after;
          } catch (error) {
            return (error as { code?: string }).code;
          }
        };
        expect([outcome()]).toEqual([
          expect.toSatisfy((value) => Array.isArray(value) || value === "invalid_argument"),
        ]);
      }),
    );
  });
});
