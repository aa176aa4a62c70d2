import { describe, expect, it } from "vitest";
import { TASK_STATUSES } from "../../../src/board/model/enums.js";
import { resolutionOf, type Task } from "../../../src/board/model/task.js";
import { changeTask, statusTimes, type TaskChange } from "../../../src/board/tasks/change.js";
import { minutes, NOW, sampleCaller, sampleLease, sampleTask } from "../samples.js";

const before = minutes(-30);
const nobody = sampleCaller(null);
const ann = sampleCaller("ann");
const ben = sampleCaller("ben");

describe("the times of a task that enters a status", () => {
  it.each([
    // status, started before, completed before -> started, completed
    ["backlog", before, before, null, null],
    ["todo", before, before, null, null],
    ["in_progress", null, null, NOW, null],
    ["in_progress", before, before, before, null],
    ["blocked", null, null, null, null],
    ["blocked", before, null, before, null],
    ["review", before, before, before, null],
    ["done", before, null, before, NOW],
    ["done", null, null, NOW, NOW],
  ] as const)("%s", (status, started_at, completed_at, started, completed) => {
    expect(statusTimes(status, { started_at, completed_at }, NOW)).toEqual({
      started_at: started,
      completed_at: completed,
    });
  });
});

describe("the action that is logged for a change", () => {
  const task = sampleTask({ assigned_agent: "old", riper_mode: "plan" });
  it.each<[TaskChange, string]>([
    [{ status: "done", assigned_agent: "ann", riper_mode: "commit" }, "completed"],
    [{ status: "done", resolution: "completed", assigned_agent: "ann" }, "completed"],
    [{ status: "done", resolution: "duplicate", assigned_agent: "ann" }, "completed"],
    [{ status: "done", resolution: "cancelled", assigned_agent: "ann" }, "cancelled"],
    [{ status: "blocked", assigned_agent: "ann", riper_mode: "commit" }, "blocked"],
    [{ status: "in_progress", assigned_agent: "ann", riper_mode: "commit" }, "claimed"],
    [{ assigned_agent: "ann", title: "new" }, "claimed"],
    [{ status: "review", riper_mode: "commit" }, "mode_changed"],
    [{ riper_mode: null }, "mode_changed"],
    [{ assigned_agent: "" }, "updated"],
    [{ assigned_agent: null }, "updated"],
    [{ status: "in_progress" }, "updated"],
    [{ title: "new" }, "updated"],
  ])("%o: %s", (change, action) => {
    expect(changeTask(task, change, nobody, NOW).action).toBe(action);
  });

  it("does not call a task completed, blocked or claimed that already was", () => {
    const done = sampleTask({ status: "done", assigned_agent: "ann" });
    expect(changeTask(done, { status: "done", assigned_agent: "ann", title: "new" }, nobody, NOW).action).toBe(
      "updated",
    );
    const blocked = sampleTask({ status: "blocked" });
    expect(changeTask(blocked, { status: "blocked", title: "new" }, nobody, NOW).action).toBe("updated");
  });
});

describe("a change that changes nothing", () => {
  const task = sampleTask({
    status: "in_progress",
    assigned_agent: "ann",
    lease: sampleLease("ann", 30),
    depends_on: ["a", "b"],
    metadata: { kept: { deep: [1, null] } },
    started_at: before,
  });
  it.each<[string, TaskChange]>([
    ["nothing asked", {}],
    ["the same status", { status: "in_progress" }],
    ["the same assignee", { assigned_agent: "ann" }],
    ["the same dependencies, one twice", { depends_on: ["a", "b", "a"] }],
    ["metadata with the same value", { metadata: { kept: { deep: [1, null] } } }],
    ["null for a metadata key that is not there", { metadata: { absent: null } }],
    ["null for a field that is null", { description: null, parent_task_id: null, riper_mode: null }],
  ])("%s", (_, change) => {
    const nothing = { changes: [], fields: {}, action: "updated", moved: {} };
    expect(changeTask(task, change, ben, NOW)).toEqual(nothing);
  });
});

describe("a change", () => {
  it("stores the fields that differ, with what follows from them", () => {
    const update = changeTask(sampleTask(), { status: "in_progress", title: "A task", priority: "high" }, nobody, NOW);
    expect(update).toEqual({
      changes: ["status", "priority"],
      fields: {
        status: "in_progress",
        resolution: null,
        priority: "high",
        started_at: NOW,
        completed_at: null,
        updated_at: NOW,
      },
      action: "updated",
      moved: { from: "todo", to: "in_progress" },
    });
  });

  it("merges metadata by key, null deletes", () => {
    const task = sampleTask({ metadata: { a: 1, b: 2 } });
    expect(changeTask(task, { metadata: { b: null, c: 3 } }, nobody, NOW).fields.metadata).toEqual({ a: 1, c: 3 });
  });

  it("is refused when the merged metadata grows too large", () => {
    const task = sampleTask({ metadata: { a: "x".repeat(20_000) } });
    const grow = () => changeTask(task, { metadata: { b: "x".repeat(20_000) } }, nobody, NOW);
    expect(grow).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  it("does not touch the task it is given", () => {
    const task = Object.freeze(sampleTask({ metadata: Object.freeze({ a: 1 }) }));
    expect(changeTask(task, { metadata: { a: 2 }, status: "done" }, nobody, NOW).fields.metadata).toEqual({ a: 2 });
    expect(task.metadata).toEqual({ a: 1 });
  });
});

describe("the resolution", () => {
  const done = (resolution: string | null) => sampleTask({ status: "done", resolution });
  it.each<[Task, TaskChange, changes: string[], stored: string | null | undefined]>([
    [sampleTask(), { status: "done" }, ["status"], "completed"],
    [sampleTask({ resolution: "cancelled" }), { status: "done" }, ["status"], "completed"],
    [sampleTask(), { status: "done", resolution: "duplicate" }, ["status", "resolution"], "duplicate"],
    [done("cancelled"), { status: "todo" }, ["status"], null],
    [done("cancelled"), { resolution: "completed" }, ["resolution"], "completed"],
    [done(null), { status: "done", resolution: "cancelled" }, ["resolution"], "cancelled"],
    [done(null), { status: "done", resolution: "completed" }, [], undefined],
    [done("cancelled"), { status: "done" }, [], undefined],
    [done("cancelled"), { title: "new" }, ["title"], undefined],
  ])("%o, %o: changes %j", (task, change, changes, stored) => {
    const update = changeTask(task, change, nobody, NOW);
    expect(update.changes).toEqual(changes);
    expect(update.fields.resolution).toBe(stored);
  });

  it.each<[Task, TaskChange]>([
    [sampleTask(), { resolution: "completed" }],
    [sampleTask(), { resolution: "cancelled", status: "review" }],
    [done("cancelled"), { resolution: "cancelled", status: "todo" }],
  ])("%o, %o: is refused", (task, change) => {
    const error = expect.objectContaining({ code: "invalid_argument" });
    expect(() => changeTask(task, change, nobody, NOW)).toThrow(error);
  });

  it("counts only while the task is done, whatever a lead's edit left behind", () => {
    expect(resolutionOf(done(null))).toBe("completed");
    expect(resolutionOf(done("cancelled"))).toBe("cancelled");
    expect(resolutionOf(done("wontfix"))).toBe("wontfix");
    expect(resolutionOf(sampleTask({ resolution: "cancelled" }))).toBeNull();
  });
});

describe("the lease of a task in progress", () => {
  const lease = sampleLease("ann", 30);
  const held = sampleTask({ status: "in_progress", assigned_agent: "ann", lease });

  it.each(TASK_STATUSES.filter((status) => status !== "in_progress"))("ends when it goes to %s", (status) => {
    expect(changeTask(held, { status }, ann, NOW).fields.lease).toBeNull();
  });

  it.each(["", null])("ends when the task is unassigned: %o", (assigned_agent) => {
    expect(changeTask(held, { assigned_agent }, nobody, NOW).fields).toMatchObject({
      assigned_agent: null,
      lease: null,
    });
  });

  it("moves with the task when its holder transfers it, for a full hour", () => {
    const { fields } = changeTask(held, { assigned_agent: "ben" }, ann, NOW);
    expect(fields.lease).toEqual(sampleLease("ben", 60, { holder: null }));
  });

  it("is not revived by a transfer", () => {
    const dead = { ...held, lease: sampleLease("ann", -1) };
    expect(changeTask(dead, { assigned_agent: "ben" }, ben, NOW).fields.lease).toBeNull();
  });

  it("stays as it is through other changes", () => {
    expect(changeTask(held, { title: "new" }, ben, NOW).fields).not.toHaveProperty("lease");
  });

  it.each<TaskChange>([{ status: "done" }, { status: "todo" }, { assigned_agent: "ben" }])(
    "refuses %o to other agents",
    (change) => {
      expect(() => changeTask(held, change, ben, NOW)).toThrow(expect.objectContaining({ code: "already_claimed" }));
    },
  );
});
