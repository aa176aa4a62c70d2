import { describe, expect, it } from "vitest";
import { BoardError } from "../../../src/board/errors.js";
import { liveLease, newLease, refuseOtherHolder } from "../../../src/board/tasks/lease.js";
import { minutes, NOW, sampleLease } from "../samples.js";

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
    [sampleLease("ann", 1), true],
    [sampleLease("ann", 0), false],
    [sampleLease("ann", -1), false],
    [null, false],
  ])("%o holds its task: %s", (lease, holds) => {
    expect(liveLease({ lease }, NOW)).toBe(holds ? lease : null);
  });
});

describe("a change of a held task", () => {
  const held = { id: "t", lease: sampleLease("ann", 30) };

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
    ["anybody, once the lease has run out", "ben", { id: "t", lease: sampleLease("ann", 0) }],
    ["anybody, when there is none", "ben", { id: "t", lease: null }],
  ])("passes for %s", (_, caller, task) => {
    expect(() => refuseOtherHolder(task, caller, NOW)).not.toThrow();
  });
});
