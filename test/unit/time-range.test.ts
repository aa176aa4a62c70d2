import { expect, it } from "vitest";
import { FIRST_SECOND, isStorableTime } from "../../src/time-range.js";

it.each([
  ["0001-01-01T00:00:00.000Z", true],
  ["0000-12-31T23:59:59.999Z", false],
  ["9999-12-31T23:59:59.999Z", true],
  ["+010000-01-01T00:00:00.000Z", false],
  ["2026-13-01", false],
  ["no time", false],
])("%s can be stored: %s", (time, storable) => {
  expect(isStorableTime(new Date(time))).toBe(storable);
});

it("begins with the year 1", () => {
  expect(new Date(FIRST_SECOND * 1_000).toISOString()).toBe("0001-01-01T00:00:00.000Z");
});
