import { expect, it } from "vitest";
import { isStale } from "../../../src/board/sessions/view.js";
import { minutes, NOW } from "../samples.js";

it.each([
  ["active", minutes(-30), minutes(-300), true],
  ["active", minutes(-29.9), minutes(-300), false],
  ["active", minutes(1), minutes(-300), false],
  // The session of another client may have no heartbeat.
  ["active", null, minutes(-31), true],
  ["active", null, minutes(-1), false],
  ["active", null, null, false],
  ["completed", minutes(-31), minutes(-300), false],
  ["abandoned", minutes(-31), minutes(-300), false],
] as const)("a session that is %s, last seen %o, started %o: stale %s", (status, last_seen_at, started_at, stale) => {
  expect(isStale({ status, last_seen_at, started_at, shared_since: null }, NOW)).toBe(stale);
});
