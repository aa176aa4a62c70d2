import { describe, expect, it } from "vitest";
import { BoardError } from "../../../src/board/core/errors.js";
import { liveLease, newLease, refuseOtherHolder } from "../../../src/board/tasks/lease.js";
import { minutes, NOW, sampleLease, sampleTask } from "../samples.js";

describe("a lease", () => {
  it("lasts its minutes from now", () => {
    expect(newLease("ann", "s", 90, NOW)).toEqual({
      agent_name: "ann",
      session_id: "s",
      minutes: 90,
      expires_at: minutes(90),
    });
  });

  it.each([
    ["in_progress", sampleLease("ann", 1), true],
    ["in_progress", sampleLease("ann", 0), false],
    ["in_progress", sampleLease("ann", -1), false],
    ["in_progress", null, false],
    // A lead took the task back in the console, where the lease is not at hand.
    ["todo", sampleLease("ann", 1), false],
    ["done", sampleLease("ann", 1), false],
  ])("of a task that is %s, %o, holds it: %s", (status, lease, holds) => {
    expect(liveLease({ status, lease }, NOW)).toBe(holds ? lease : null);
  });
});

describe("a change of a held task", () => {
  const held = sampleTask({ status: "in_progress", lease: sampleLease("ann", 30) });

  it("is refused to another agent, with the holder and the lease's end as data", () => {
    const refused = () => refuseOtherHolder(held, "ben", NOW);
    expect(refused).toThrow(BoardError);
    expect(refused).toThrow(
      expect.objectContaining({
        code: "already_claimed",
        details: { holder: "ann", lease_expires_at: minutes(30).toISOString() },
        message: expect.not.stringContaining("ann"),
      }),
    );
  });

  it.each([
    ["its holder", "ann", held],
    ["a caller who names nobody", null, held],
    ["anybody, once the lease has run out", "ben", { ...held, lease: sampleLease("ann", 0) }],
    ["anybody, when there is none", "ben", { ...held, lease: null }],
  ])("passes for %s", (_, caller, task) => {
    expect(() => refuseOtherHolder(task, caller, NOW)).not.toThrow();
  });
});
