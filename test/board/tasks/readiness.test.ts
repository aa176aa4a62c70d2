import { describe, expect, it } from "vitest";
import { blockers, isFree, isReady } from "../../../src/board/tasks/readiness.js";
import { NOW, sampleLease, sampleTask } from "../samples.js";

const live = sampleLease("ann", 1);
const endsNow = sampleLease("ann", 0);
const ended = sampleLease("ann", -1);

describe("a task is free", () => {
  it.each([
    ["todo", null, true],
    ["backlog", null, true],
    ["todo", ended, true],
    ["todo", live, true],
    ["in_progress", ended, true],
    ["in_progress", endsNow, true],
    ["in_progress", live, false],
    // Someone works on it without a lease, so nothing shows when they stop.
    ["in_progress", null, false],
    ["blocked", ended, false],
    ["review", null, false],
    ["done", ended, false],
    ["typed by a lead", null, false],
  ] as const)("%s, lease %o: %s", (status, lease, free) => {
    expect(isFree({ status, lease }, NOW)).toBe(free);
  });
});

describe("a task is ready when it is free and each dependency is done", () => {
  const known = new Map(
    (["done", "todo", "in_progress", "review"] as const).map((status) => [
      status,
      sampleTask({ id: status, status, title: `is ${status}` }),
    ]),
  );

  it.each([
    [[], true],
    [["done"], true],
    [["done", "review"], false],
    [["todo"], false],
    [["in_progress"], false],
    [["missing"], false],
  ])("depends on %o: %s", (depends_on, ready) => {
    expect(isReady(sampleTask({ depends_on }), known, NOW)).toBe(ready);
    expect(isReady(sampleTask({ depends_on, status: "in_progress", lease: ended }), known, NOW)).toBe(ready);
    expect(isReady(sampleTask({ depends_on, status: "in_progress", lease: live }), known, NOW)).toBe(false);
    expect(isReady(sampleTask({ depends_on, status: "done" }), known, NOW)).toBe(false);
  });

  it("lists the blocking tasks in the order of depends_on, a missing one with nulls", () => {
    expect(blockers({ depends_on: ["missing", "done", "todo"] }, known)).toEqual([
      { id: "missing", title: null, status: null },
      { id: "todo", title: "is todo", status: "todo" },
    ]);
  });
});
