import { describe, expect, it } from "vitest";
import { BoardError } from "../../../src/board/core/errors.js";
import { isHolderGone, liveLease, newLease, refuseOtherHolder } from "../../../src/board/tasks/lease.js";
import { minutes, NOW, sampleCaller, sampleLease, sampleTask } from "../samples.js";

describe("a lease", () => {
  it("lasts its minutes from now", () => {
    const taken = { agent_name: "ann", session_id: "s", holder: "h" };
    expect(newLease(taken, 90, NOW)).toEqual({ ...taken, minutes: 90, expires_at: minutes(90) });
  });

  it.each([
    ["in_progress", sampleLease("ann", 1), true],
    ["in_progress", sampleLease("ann", 0), false],
    ["in_progress", sampleLease("ann", -1), false],
    ["in_progress", null, false],
    // The clock of who wrote it was ahead: a little is believed.
    ["in_progress", sampleLease("ann", 61), true],
    ["in_progress", sampleLease("ann", 61.1), false],
    // A lead moved the task in the console and left its lease.
    ["todo", sampleLease("ann", 1), false],
    ["done", sampleLease("ann", 1), false],
  ])("of a task that is %s, %o, holds it: %s", (status, lease, holds) => {
    expect(liveLease({ status, lease }, NOW)).toBe(holds ? lease : null);
  });

  it.each([
    // Renewed at 60 minutes before its end; the heartbeats are a minute apart.
    ["was renewed three heartbeats ago", sampleLease("ann", 57), false],
    ["has missed three heartbeats", sampleLease("ann", 56.99), true],
    ["lasts longer and has missed three", sampleLease("ann", 116.99, { minutes: 120 }), true],
    ["nobody's connection holds any more", sampleLease("ann", 60, { holder: null }), true],
  ])("that %s: its holder is gone: %3$s", (_, lease, gone) => {
    expect(isHolderGone(lease, { now: NOW, heartbeatMs: 60_000, ended: false })).toBe(gone);
  });
});

describe("a change of a held task", () => {
  const lease = sampleLease("ann", 60, { session_id: "s" });
  const held = sampleTask({ status: "in_progress", lease });
  const numbered = { ...held, lease: { ...lease, agent_name: "ann-1" } };
  const here = { holder: "connection of ann" };
  const elsewhere = { holder: "another connection" };

  it("is refused to another agent, with the holder and the end of the lease in the details", () => {
    const refused = () => refuseOtherHolder(held, sampleCaller("ben"), NOW);
    expect(refused).toThrow(BoardError);
    expect(refused).toThrow(
      expect.objectContaining({
        code: "already_claimed",
        details: { holder: "ann", lease_expires_at: minutes(60).toISOString() },
        message: expect.not.stringContaining("ann"),
      }),
    );
  });

  it("is refused to the same name over another connection, with when that will count as gone", () => {
    const refused = () => refuseOtherHolder(held, sampleCaller("ann", elsewhere), NOW);
    expect(refused).toThrow(expect.objectContaining({ hint: expect.stringContaining(minutes(3).toISOString()) }));
  });

  it.each([
    [
      "another name over another connection that is gone",
      sampleCaller("ben"),
      { ...held, lease: sampleLease("ann", 1) },
    ],
    [
      "another name when nobody's connection holds it",
      sampleCaller("ben"),
      { ...held, lease: { ...lease, holder: null } },
    ],
    ["another name, though the holder has ended its part", sampleCaller("ben", { holderEnded: true }), held],
    ["another name over the same connection", sampleCaller("ben", here), held],
    ["another name and session over the same connection", sampleCaller("ben", { ...here, session_id: "other" }), held],
    ["another number over another connection", sampleCaller("ann-2", { session_id: "other" }), held],
    ["another number over the same connection, without a session", sampleCaller("ann-2", here), held],
    ["another worker with a number of its own", sampleCaller("ann-2", { ...here, session_id: "other" }), numbered],
    ["another name in the same session over another connection", sampleCaller("ben", { session_id: "s" }), held],
  ])("is refused to %s", (_, caller, task) => {
    expect(() => refuseOtherHolder(task, caller, NOW)).toThrow(expect.objectContaining({ code: "already_claimed" }));
  });

  it.each([
    ["its holder", sampleCaller("ann"), held],
    ["its holder in a session of another name", sampleCaller("lead", { ...here, session_id: "s" }), held],
    ["its holder in a session that another one opened", sampleCaller("lead", { ...here, isOwnName: false }), held],
    ["its holder, given a number", sampleCaller("ann-2", { ...here, session_id: "other" }), held],
    ["its name, once its holder has ended its part", sampleCaller("ann", { ...elsewhere, holderEnded: true }), held],
    ["a caller without a name", sampleCaller(null), held],
    ["its name, once its holder is gone", sampleCaller("ann", elsewhere), { ...held, lease: sampleLease("ann", 50) }],
    ["its name, when no holder is known", sampleCaller("ann"), { ...held, lease: { ...lease, holder: null } }],
    ["anybody, once the lease has run out", sampleCaller("ben"), { ...held, lease: sampleLease("ann", 0) }],
    ["anybody, when there is none", sampleCaller("ben"), { ...held, lease: null }],
  ])("passes for %s", (_, caller, task) => {
    expect(() => refuseOtherHolder(task, caller, NOW)).not.toThrow();
  });
});
