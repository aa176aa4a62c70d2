import { Timestamp } from "firebase-admin/firestore";
import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { allPages } from "../support/client.js";

/** Labels, due times and references to other tools: as real boards have them (docs/contracts.md 1). */
const board = useBoard();
const update = (task_id: string, fields: object) => board.call("board_update_task", { task_id, ...fields });
const shown = (task_id: string) => board.call("board_get_task", { task_id });

describe("labels", () => {
  it("are trimmed, kept in order, each once; an update replaces them", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { labels: [" bug", "UI", "bug ", "ui"] });
    expect((await shown(task_id)).labels).toEqual(["bug", "UI", "ui"]);
    expect((await board.call("board_get_tasks", { project_id })).tasks[0].labels).toEqual(["bug", "UI", "ui"]);
    expect((await update(task_id, { labels: ["ui"] })).changes).toEqual(["labels"]);
    expect((await update(task_id, { labels: ["ui", " ui"] })).changes).toEqual([]);
    await update(task_id, { labels: [] });
    expect((await board.stored("tasks", task_id)).labels).toEqual([]);
  });

  it("are at most 20 different ones of 50 characters", async () => {
    const project_id = await board.project();
    const labels = Array.from({ length: 20 }, (_, at) => `${at}`.padEnd(50, "語"));
    const task_id = await board.task(project_id, { labels: [...labels, ` ${labels[0]} `] });
    expect((await board.stored("tasks", task_id)).labels).toEqual(labels);
    for (const wrong of [[...labels, "x"], ["x".repeat(51)], [""], [" "], ["\ud800"], "x, y"])
      await expect(update(task_id, { labels: wrong })).toFailWith("invalid_argument");
  });
});

describe("due_at", () => {
  it.each([
    ["2026-12-01", "2026-12-01T00:00:00.000Z"],
    ["2026-12-01T09:30:00+02:00", "2026-12-01T07:30:00.000Z"],
    ["2026-12-01T07:30:00.123Z", "2026-12-01T07:30:00.123Z"],
  ])("%s is stored as a time and shown as %s", async (due_at, time) => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { due_at });
    expect((await board.stored("tasks", task_id)).due_at).toEqual(Timestamp.fromDate(new Date(time)));
    expect((await shown(task_id)).due_at).toBe(time);
    expect((await board.call("board_get_tasks", { project_id })).tasks[0].due_at).toBe(time);
    expect((await update(task_id, { due_at: time })).changes).toEqual([]);
    expect((await update(task_id, { due_at: null })).changes).toEqual(["due_at"]);
    expect((await board.stored("tasks", task_id)).due_at).toBeNull();
  });

  it.each(["soon", "2026-02-30", "2026-12-01T07:30:00", "0000-01-01", "+010000-01-01T00:00:00Z", "1764547200"])(
    "refuses %s",
    async (due_at) => {
      const project_id = await board.project();
      await expect(board.task(project_id, { due_at })).toFailWith("invalid_argument");
      const listed = board.call("board_get_tasks", { project_id, due_before: due_at });
      await expect(listed).toFailWith("invalid_argument");
    },
  );
});

describe("external_ref", () => {
  const whole = { source: "beads", id: "bd-a1b2.3", url: "https://example.com/bd-a1b2.3", batch: "2026-11-30" };

  it("is stored whole, replaced and cleared", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { external_ref: whole });
    expect((await shown(task_id)).external_ref).toEqual(whole);
    expect((await board.call("board_get_tasks", { project_id })).tasks[0].external_ref).toEqual(whole);
    expect((await update(task_id, { external_ref: whole })).changes).toEqual([]);
    await update(task_id, { external_ref: { source: "github", id: 12 } });
    const replaced = { source: "github", id: "12", url: null, batch: null };
    expect((await board.stored("tasks", task_id)).external_ref).toEqual(replaced);
    await update(task_id, { external_ref: null });
    expect((await board.stored("tasks", task_id)).external_ref).toBeNull();
  });

  it.each([
    [{}],
    [{ source: "beads" }],
    [{ ...whole, id: [12] }],
    [{ ...whole, id: " " }],
    [{ ...whole, url: "x".repeat(2_001) }],
    [{ ...whole, more: 1 }],
    [[whole]],
  ])("refuses %j", async (external_ref) => {
    await expect(board.task(await board.project(), { external_ref })).toFailWith("invalid_argument");
  });
});

it("clear empties due_at and external_ref, also from JSON in a text", async () => {
  const fields = { due_at: "2026-12-01", external_ref: '{"source":"beads","id":7}', labels: '["bug"]' };
  const task_id = await board.task(await board.project(), fields);
  expect(await board.stored("tasks", task_id)).toMatchObject({ labels: ["bug"], external_ref: { id: "7", url: null } });
  const { changes } = await update(task_id, { clear: ["due_at", "external_ref"] });
  expect(changes.sort()).toEqual(["due_at", "external_ref"]);
  expect(await board.stored("tasks", task_id)).toMatchObject({ due_at: null, external_ref: null, labels: ["bug"] });
});

describe("documents of other clients", () => {
  it("without these fields read as empty; with ones of a wrong type they are named", async () => {
    const project_id = await board.project();
    const bare = { project_id, title: "bare", status: "todo", priority: "high", created_at: Timestamp.now() };
    await board.db.doc(`tasks/${project_id}-bare`).set(bare);
    await board.db.doc(`tasks/${project_id}-partly`).set({ ...bare, labels: null, external_ref: { id: "7" } });
    for (const [name, wrong] of Object.entries({ labels: "bug", due_at: "2026-12-01", external_ref: "bd-1" }))
      await board.db.doc(`tasks/${project_id}-${name}`).set({ ...bare, [name]: wrong });
    const task = await shown(`${project_id}-bare`);
    expect({ ...task, due_at: task.due_at ?? null }).toMatchObject({ labels: [], due_at: null });
    expect((await shown(`${project_id}-partly`)).external_ref).toMatchObject({ id: "7" });
    const { tasks, warnings } = await board.call("board_get_tasks", { project_id });
    expect(ids(tasks).sort()).toEqual([`${project_id}-bare`, `${project_id}-partly`]);
    for (const field of ["labels", "due_at", "external_ref"])
      expect(warnings).toContainEqual(expect.stringMatching(new RegExp(`-${field} .*wrong type: ${field}`)));
    await expect(shown(`${project_id}-due_at`)).toFailWith("corrupt_document");
  });
});

describe("board_get_tasks by label", () => {
  it("lists by priority, then the oldest, page by page, and with every other filter", async () => {
    const project_id = await board.project();
    const parent_task_id = await board.task(project_id);
    const labelled = { labels: ["other", "bug"] };
    const low = await board.task(project_id, { ...labelled, priority: "low" });
    const high = await board.task(project_id, { ...labelled, priority: "high" });
    const later = await board.task(project_id, {
      ...labelled,
      priority: "high",
      assigned_agent: "bob",
      parent_task_id,
    });
    const done = await board.task(project_id, { ...labelled, priority: "high", status: "done" });
    const odd = await board.task(project_id, labelled);
    await board.db.doc(`tasks/${odd}`).update({ priority: "P1", status: "waiting" });
    await board.task(project_id, { labels: ["Bug", "bugs"] });
    const list = async (args: object) => {
      const pages = await allPages(board, "board_get_tasks", { project_id, label: " bug", limit: 2, ...args });
      return pages.flatMap(({ tasks }) => ids(tasks));
    };
    expect(await list({})).toEqual([high, later, low, odd]);
    expect(await list({ include_done: true })).toEqual([high, later, done, low, odd]);
    expect(await list({ status: "done", resolution: "completed" })).toEqual([done]);
    expect(await list({ status: "todo", priority: "high", assigned_agent: "bob", parent_task_id })).toEqual([later]);
    expect(await list({ assigned_agent: "", priority: "high" })).toEqual([high]);
    expect(ids((await board.call("board_get_tasks", { project_id, label: "bug", ready: true })).tasks)).toEqual([
      high,
      later,
      low,
    ]);
    expect(await list({ label: "none" })).toEqual([]);
  });
});

describe("board_get_tasks by due time", () => {
  it("lists what is due before it, the earliest first, page by page, and with every other filter", async () => {
    const project_id = await board.project();
    const parent_task_id = await board.task(project_id);
    const on = (day: number, fields: object = {}) => board.task(project_id, { due_at: `2026-12-0${day}`, ...fields });
    const third = await on(3, { priority: "critical" });
    const first = await on(1, { priority: "low", labels: ["bug"], assigned_agent: "bob", parent_task_id });
    const second = await on(2, { labels: ["bug"] });
    const done = await on(2, { status: "done" });
    const odd = await on(1);
    await board.db.doc(`tasks/${odd}`).update({ priority: "P1", status: "waiting" });
    for (const other of [await on(5), await board.task(project_id)])
      await board.db.doc(`tasks/${other}`).update({ status: "waiting" });
    const late = await on(4);
    const list = async (args: object = {}) => {
      const filter = { project_id, due_before: "2026-12-04", limit: 2, ...args };
      const pages = await allPages(board, "board_get_tasks", filter);
      return pages.flatMap(({ tasks }) => ids(tasks));
    };
    // A status that is none of ours comes last, as in the list by priority.
    expect(await list()).toEqual([first, second, third, odd]);
    expect(await list({ due_before: "2026-12-04T00:00:00.001Z" })).toEqual([first, second, third, late, odd]);
    expect(await list({ include_done: true })).toEqual([odd, first, second, done, third].sort(byDay));
    expect(await list({ label: "bug" })).toEqual([first, second]);
    expect(await list({ label: "bug", priority: "low", status: "todo", parent_task_id })).toEqual([first]);
    expect(await list({ assigned_agent: "bob" })).toEqual([first]);
    expect(await list({ status: "done" })).toEqual([done]);
    expect(await list({ resolution: "cancelled" })).toEqual([]);

    function byDay(a: string, b: string): number {
      const days: Record<string, number> = { [odd]: 1, [first]: 1, [second]: 2, [done]: 2, [third]: 3 };
      return (days[a] ?? 0) - (days[b] ?? 0) || (a < b ? -1 : 1);
    }
  });
});
