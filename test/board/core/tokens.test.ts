import { expect, it } from "vitest";
import { bytesOfTokens, jsonBytes, tokensOfBytes } from "../../../src/board/core/tokens.js";

it("counts bytes of JSON, not characters", () => {
  expect(jsonBytes({ a: "é" })).toBe(10);
  expect(jsonBytes("\u0000")).toBe(8);
});

it("takes three bytes for a token, and counts whole ones", () => {
  expect(bytesOfTokens(8_000)).toBe(24_000);
  expect([8, 9].map(tokensOfBytes)).toEqual([2, 3]);
});
