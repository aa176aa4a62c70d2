import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createCallRunner } from "../../src/calls/call-runner.js";
import type { Store } from "../../src/firestore/store.js";
import { heldTool } from "../support/held-tool.js";

const SECOND = 1_000;

test.each([
  ["begun when its turn comes in time", 8 * SECOND, ["first", "second"]],
  ["not begun with hardly any time left, so that nobody has to wonder", 9.5 * SECOND, ["first"]],
])("a call behind another is %s", async (_, wait, expected) => {
  let now = 0;
  const { tool: write, begun, finish } = heldTool("first");
  const runner = createCallRunner({
    store: async () => ({}) as Store,
    runtime: { now: () => new Date(now), newId: () => "id", newUuid: () => "uuid" },
    heartbeat: { intervalMs: 60_000, seen: () => {}, stop: async () => {} },
    toolsHash: () => "",
    deadlineMs: 10 * SECOND,
    telemetryDeadlineMs: 10 * SECOND,
    log() {},
  });
  const run = (id: string) => runner.run(write, { id }, { client: null, cancelled: new AbortController().signal });
  const [first, second] = [run("first"), run("second")];
  await nextTurn();
  now = wait;
  finish();
  expect(await first).toEqual({ ok: true, result: {} });
  const outcome = await second;
  expect(begun).toEqual(expected);
  if (expected.length === 2) expect(outcome.ok).toBe(true);
  else expect(outcome).toMatchObject({ ok: false, error: { code: "deadline_exceeded" } });
  await runner.idle();
});
