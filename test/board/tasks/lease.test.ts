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
    // A lead moved the task in the console and left its lease.
    ["todo", sampleLease("ann", 1), false],
    ["done", sampleLease("ann", 1), false],
  ])("of a task that is %s, %o, holds it: %s", (status, lease, holds) => {
    expect(liveLease({ status, lease }, NOW)).toBe(holds ? lease : null);
  });
});

describe("a change of a held task", () => {
  const held = sampleTask({ status: "in_progress", lease: sampleLease("ann", 30) });

  it("is refused to another agent, with the holder and the end of the lease in the details", () => {
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
    ["a caller without a name", null, held],
    ["anybody, once the lease has run out", "ben", { ...held, lease: sampleLease("ann", 0) }],
    ["anybody, when there is none", "ben", { ...held, lease: null }],
  ])("passes for %s", (_, caller, task) => {
    expect(() => refuseOtherHolder(task, caller, NOW)).not.toThrow();
  });
});
