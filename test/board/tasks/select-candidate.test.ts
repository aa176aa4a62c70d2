import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextCandidate } from "../../../src/board/tasks/select-candidate.js";

const waiting = (...priorities: string[]) => priorities.map((priority) => ({ priority }));

describe("the next candidate for a claim", () => {
  it("is the best one on the first attempt", () => {
    expect(nextCandidate(waiting("high", "high", "low"), 0, "any")).toBe(0);
  });

  it("has the priority of the best one on later attempts, and always exists", () => {
    const lists = fc.array(fc.constantFrom("critical", "high", "low"), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lists, fc.nat({ max: 50 }), fc.string(), (priorities, refused, seed) => {
        const at = nextCandidate(waiting(...priorities), refused, seed);
        expect(priorities.slice(0, at + 1)).toEqual(Array.from({ length: at + 1 }, () => priorities[0]));
      }),
    );
  });

  it("differs between calls and between attempts, so that racing agents try different tasks", () => {
    const many = waiting(...Array.from({ length: 30 }, () => "high"));
    const calls = Array.from({ length: 40 }, (_, at) => nextCandidate(many, 1, `call ${at}`));
    const losses = Array.from({ length: 40 }, (_, at) => nextCandidate(many, at + 1, "call"));
    for (const spread of [calls, losses]) expect(new Set(spread).size).toBeGreaterThan(8);
  });
});
