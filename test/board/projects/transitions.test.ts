import { expect, it } from "vitest";
import { nextProjectStatuses } from "../../../src/board/projects/transitions.js";

it.each([
  ["active", ["paused", "completed", "archived"]],
  ["paused", ["active", "completed", "archived"]],
  ["completed", ["archived", "active"]],
  ["archived", ["active"]],
  // Entered in the console; the project must be able to leave such a status.
  ["on hold", ["active", "paused", "completed", "archived"]],
  ["constructor", ["active", "paused", "completed", "archived"]],
])("from %s a project may go to %o", (from, next) => {
  expect(nextProjectStatuses(from)).toEqual(next);
});
