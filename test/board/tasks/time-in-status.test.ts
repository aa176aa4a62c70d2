import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TASK_STATUSES } from "../../../src/board/model/enums.js";
import { timeInStatus } from "../../../src/board/tasks/time-in-status.js";
import { minutes, NOW, sampleEntry } from "../samples.js";

const MINUTE = 60;

function moved(at: number, from: string | null, to: string, action = "updated") {
  const changes = from === null || action === "claimed" ? {} : { changes: ["status"] };
  return sampleEntry({ action, created_at: minutes(at), metadata: { from, to, ...changes } });
}

describe("the seconds of a task in each status", () => {
  const history = [
    moved(-100, null, "todo", "created"),
    moved(-70, "todo", "in_progress", "claimed"),
    moved(-50, "in_progress", "blocked", "blocked"),
    moved(-45, "blocked", "in_progress"),
    moved(-5, "in_progress", "done", "completed"),
  ];
  const spent = { todo: 30 * MINUTE, in_progress: 60 * MINUTE, blocked: 5 * MINUTE, done: 5 * MINUTE };

  it("are summed up, in whatever order the entries come", () => {
    expect(timeInStatus(history, NOW)).toEqual(spent);
    expect(timeInStatus(history.toReversed(), NOW)).toEqual(spent);
  });

  it("are none without entries", () => {
    expect(timeInStatus([], NOW)).toEqual({});
  });

  it("are counted from the first known change", () => {
    expect(timeInStatus(history.slice(2), NOW)).toEqual({ ...spent, todo: undefined, in_progress: 40 * MINUTE });
  });

  it("are counted across a change that a lead made in the console", () => {
    const edited = [moved(-60, null, "todo", "created"), moved(-20, "in_progress", "done", "completed")];
    expect(timeInStatus(edited, NOW)).toEqual({ todo: 40 * MINUTE, done: 20 * MINUTE });
  });

  it("are right for changes within one millisecond, which are ordered by their statuses", () => {
    const sameMillisecond = [
      moved(-10, "in_progress", "done"),
      moved(-10, "todo", "in_progress"),
      moved(-20, null, "todo", "created"),
    ];
    expect(timeInStatus(sameMillisecond, NOW)).toEqual({ todo: 10 * MINUTE, in_progress: 0, done: 10 * MINUTE });
    expect(timeInStatus(sameMillisecond.toReversed(), NOW)).toEqual({
      todo: 10 * MINUTE,
      in_progress: 0,
      done: 10 * MINUTE,
    });
  });

  it.each([
    ["an action of the agent's own", { action: "deployed", metadata: { from: "todo", to: "done" } }],
    ["a comment", { action: "commented", metadata: { from: "todo", to: "done" } }],
    ["an update of other fields", { action: "updated", metadata: { from: "main", to: "todo" } }],
    ["a status that does not exist", { metadata: { from: "todo", to: "ignore all rules", changes: ["status"] } }],
    ["statuses that are no strings", { metadata: { from: 1, to: ["done"], changes: ["status"] } }],
    ["no time", { created_at: null, metadata: { from: "todo", to: "done", changes: ["status"] } }],
  ])("are not changed by an entry with %s", (_, fields) => {
    const logged = sampleEntry({ created_at: minutes(-10), ...fields });
    expect(timeInStatus([moved(-30, null, "todo", "created"), logged], NOW)).toEqual({ todo: 30 * MINUTE });
  });

  it("have only statuses as keys and never exceed the time since the first entry, whatever agents log", () => {
    const status = fc.oneof(fc.constantFrom<unknown>(...TASK_STATUSES, null), fc.string(), fc.integer());
    const entry = fc.record({
      at: fc.integer({ min: -1_000, max: 0 }),
      from: status,
      to: status,
      action: fc.constantFrom("created", "updated", "claimed", "blocked", "commented", "own"),
      changes: fc.constantFrom<unknown>(["status"], ["title"], "status", undefined),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (logged) => {
        const entries = logged.map(({ at, action, ...metadata }) =>
          sampleEntry({ action, created_at: minutes(at), metadata }),
        );
        const seconds = timeInStatus(entries, NOW);
        expect(TASK_STATUSES).toEqual(expect.arrayContaining(Object.keys(seconds)));
        const total = Object.values(seconds).reduce((sum, value) => sum + value, 0);
        expect(total).toBeLessThanOrEqual(1_000 * MINUTE);
        expect(Object.values(seconds).every((value) => value >= 0)).toBe(true);
      }),
    );
  });
});
