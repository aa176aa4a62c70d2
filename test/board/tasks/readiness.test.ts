import { describe, expect, it } from "vitest";
import {
  isFree,
  isReady,
  notDoneWarnings,
  type Relative,
  type Relatives,
  relativeIds,
  unreadRelatives,
  waitingText,
  waitsFor,
} from "../../../src/board/tasks/readiness.js";
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

/** Tasks by id. A name of another status than `todo` says it; each is given as [parent, dependencies]. */
function tasks(table: Record<string, [parent: string | null, depends_on?: string[]]>): Relatives {
  const known = new Map<string, Relative | "missing" | "unreadable">([
    ["gone", "missing"],
    ["damaged", "unreadable"],
    ["done", sampleTask({ id: "done", status: "done" })],
    ["cancelled", sampleTask({ id: "cancelled", status: "done", resolution: "cancelled" })],
    ["duplicate", sampleTask({ id: "duplicate", status: "done", resolution: "duplicate" })],
    ["opened again", sampleTask({ id: "opened again", resolution: "cancelled" })],
    ["review", sampleTask({ id: "review", status: "review", title: "is review" })],
    ["todo", sampleTask({ id: "todo", title: "is todo" })],
  ]);
  for (const [id, [parent_task_id, depends_on = []]] of Object.entries(table))
    known.set(id, sampleTask({ id, parent_task_id, depends_on }));
  return known;
}

/** What the task `t` of this table waits for, each as `id` or `id of ancestor`. */
function waits(table: Parameters<typeof tasks>[0]) {
  const known = tasks(table);
  const { blocked_by, unknown } = waitsFor(known.get("t") as Relative, known);
  return {
    blocked_by: blocked_by.map(({ id, inherited_from }) => (inherited_from ? `${id} of ${inherited_from}` : id)),
    unknown,
  };
}

describe("a task waits for", () => {
  it.each<[string, Parameters<typeof tasks>[0], string[]]>([
    ["nothing", { t: [null] }, []],
    ["no dependency that is done", { t: [null, ["done"]] }, []],
    ["each of its dependencies that is not", { t: [null, ["review", "done", "todo"]] }, ["review", "todo"]],
    ["a missing one", { t: [null, ["gone"]] }, ["gone"]],
    ["one that cannot be read", { t: [null, ["damaged"]] }, ["damaged"]],
    ["its parent's dependencies", { t: ["p"], p: [null, ["todo", "gone", "done"]] }, ["todo of p", "gone of p"]],
    ["those of all ancestors", { t: ["p"], p: ["g", ["todo"]], g: [null, ["review"]] }, ["todo of p", "review of g"]],
    ["the same one once, as its own", { t: ["p", ["todo"]], p: [null, ["todo"]] }, ["todo"]],
    ["not for its ancestors themselves", { t: ["p"], p: ["g"], g: [null] }, []],
    ["nothing of a parent that does not exist", { t: ["gone"] }, []],
    ["not for itself", { t: ["p"], p: [null, ["t"]] }, []],
    ["not for its siblings, for which its parent waits", { t: ["p"], s: ["p"], p: [null, ["t", "s"]] }, []],
    ["a sibling that it depends on itself", { t: ["p", ["s"]], s: ["p"], p: [null, ["s"]] }, ["s"]],
    ["nothing beneath the ancestor that waits", { t: ["p"], p: ["g"], u: ["q"], q: ["g"], g: [null, ["u"]] }, []],
    ["what is beneath a higher one", { t: ["p"], p: ["g", ["u"]], u: ["g"], g: [null] }, ["u of p"]],
    ["nothing of an ancestor that waits for itself", { t: ["p"], p: [null, ["p"]] }, []],
    ["no circle of parents", { t: ["p"], p: ["g", ["todo"]], g: ["t"] }, ["todo of p"]],
    ["no circle above it", { t: ["p"], p: ["g"], g: ["p", ["todo"]] }, ["todo of g"]],
    ["nothing as its own parent", { t: ["t"] }, []],
  ])("%s", (_, table, blocked_by) => {
    expect(waits(table)).toEqual({ blocked_by, unknown: null });
  });

  it("the dependencies of five levels of ancestors, and nobody knows what with six", () => {
    const five = { t: ["a"], a: ["b"], b: ["c"], c: ["d"], d: ["e"] } as const;
    const levels = (top: string | null) => ({ ...structuredClone(five), e: [top, ["todo"]] }) as never;
    expect(waits(levels(null))).toEqual({ blocked_by: ["todo of e"], unknown: null });
    expect(waits(levels("f"))).toEqual({ blocked_by: ["todo of e"], unknown: "too deep" });
    expect(waits({ t: ["damaged"] })).toEqual({ blocked_by: [], unknown: "unreadable" });
  });

  it("tasks that are named with title and status, a missing one with nulls", () => {
    const known = tasks({ p: [null, ["gone"]] });
    const task = sampleTask({ parent_task_id: "p", depends_on: ["todo"] });
    expect(waitsFor(task, known).blocked_by).toEqual([
      { id: "todo", title: "is todo", status: "todo" },
      { id: "gone", title: null, status: null, inherited_from: "p" },
    ]);
    expect(waitingText("t", waitsFor(task, known))).toBe("Task t waits for: todo, gone (missing) (of its ancestor p).");
    expect(waitingText("t", waitsFor(sampleTask(), known))).toBeNull();
  });
});

describe("dependencies that nobody did", () => {
  it("count as done, and are told with those of ancestors", () => {
    const known = tasks({ p: [null, ["duplicate", "cancelled", "c"]] });
    const task = sampleTask({ parent_task_id: "p", depends_on: ["done", "cancelled"] });
    const waits = waitsFor(task, known);
    expect(waits).toMatchObject({ blocked_by: [{ id: "c" }], not_done: ["cancelled", "duplicate"] });
    expect(notDoneWarnings("t", waits)).toEqual([expect.stringMatching(/^Task t .*: cancelled, duplicate\.$/)]);
    expect(notDoneWarnings("t", waitsFor(sampleTask({ depends_on: ["done"] }), known))).toEqual([]);
  });

  it("count as open again when they are", () => {
    const waits = waitsFor(sampleTask({ depends_on: ["opened again"] }), tasks({}));
    expect(waits).toMatchObject({ blocked_by: [{ id: "opened again" }], not_done: [] });
  });

  it("do not count beneath the ancestor that waits for them", () => {
    const known = new Map(tasks({ p: [null, ["s"]] }));
    known.set("s", sampleTask({ id: "s", parent_task_id: "p", status: "done", resolution: "cancelled" }));
    expect(waitsFor(sampleTask({ parent_task_id: "p" }), known).not_done).toEqual([]);
  });
});

describe("a task is ready", () => {
  it.each([
    [{}, true],
    [{ depends_on: ["todo"] }, false],
    [{ depends_on: ["cancelled"] }, true],
    [{ parent_task_id: "waits" }, false],
    [{ parent_task_id: "damaged" }, false],
    [{ status: "in_progress", lease: ended }, true],
    [{ status: "in_progress", lease: live }, false],
    [{ status: "in_progress", lease: ended, depends_on: ["todo"] }, false],
    [{ status: "done" }, false],
  ])("%o: %s", (fields, ready) => {
    expect(isReady(sampleTask(fields), tasks({ waits: [null, ["todo"]] }), NOW)).toBe(ready);
  });
});

describe("what is read for it", () => {
  const all = tasks({ t: ["p", ["done"]], p: ["g", ["u"]], g: ["gone"], u: ["v"], v: ["p"] });
  const t = all.get("t") as Relative;

  it("is its parent and its dependencies first, then what these lead to, a level at a time", () => {
    const known = new Map<string, Relative | "missing" | "unreadable">();
    const levels: string[][] = [];
    for (let ids = unreadRelatives(t, known); ids.length > 0; ids = unreadRelatives(t, known)) {
      levels.push(ids);
      for (const id of ids) known.set(id, all.get(id) ?? "missing");
    }
    // Beneath whom u is decides whether t waits for it.
    expect(levels).toEqual([
      ["p", "done"],
      ["g", "u"],
      ["gone", "v"],
    ]);
  });

  it("is all at once the next time", () => {
    expect(relativeIds(t, new Map())).toEqual(["t", "done", "p"]);
    expect(relativeIds(t, all)).toEqual(["t", "done", "p", "u", "g"]);
  });
});
