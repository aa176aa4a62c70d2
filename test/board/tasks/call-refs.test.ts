import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Linked, resolveRefs } from "../../../src/board/tasks/call-refs.js";
import { findCycle } from "../../../src/board/tasks/cycles.js";

const ids = ["id0", "id1", "id2", "id3"];
const resolve = (...tasks: Linked[]) => resolveRefs(tasks, ids.slice(0, tasks.length));
const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("refs of one call", () => {
  it("are put in their place, whatever comes first; ids of the board stay", () => {
    const tasks = [{ ref: "a", depends_on: ["$b", "other"], parent_task_id: "$c" }, { ref: "b" }, { ref: "c" }];
    expect(resolve(...tasks)).toEqual([
      { ref: "a", depends_on: ["id1", "other"], parent_task_id: "id2" },
      { ref: "b" },
      { ref: "c" },
    ]);
    expect(tasks[0]?.depends_on).toEqual(["$b", "other"]);
  });

  it.each<[string, Linked[], string, RegExp]>([
    ["twice the same", [{ ref: "a" }, {}, { ref: "a" }], "invalid_argument", /tasks\.2 \(\$a\)/],
    ["an unknown one", [{}, { ref: "a", depends_on: ["$x"] }], "invalid_argument", /\$x of tasks\.1 \(\$a\)/],
    ["an unknown parent", [{ parent_task_id: "$x" }], "invalid_argument", /\$x of tasks\.0/],
    ["itself", [{ ref: "a", depends_on: ["$a"] }], "dependency_cycle", /dependencies.*\$a -> \$a\./],
    ["its own parent", [{ ref: "a", parent_task_id: "$a" }], "dependency_cycle", /parents.*\$a -> \$a\./],
    [
      "a circle",
      [
        { ref: "z", depends_on: ["$a"] },
        { ref: "a", depends_on: ["$b"] },
        { ref: "b", depends_on: ["$a"] },
      ],
      "dependency_cycle",
      /: \$a -> \$b -> \$a\./,
    ],
  ])("refuses %s", (_, tasks, code, message) => {
    expect(() => resolve(...tasks)).toThrow(refused(code, message));
  });

  it("a dependency and a parent in opposite directions are no circle of either", () => {
    expect(() => resolve({ ref: "a", depends_on: ["$b"] }, { ref: "b", parent_task_id: "$a" })).not.toThrow();
  });
});

describe("a cycle of a whole graph", () => {
  const graph = fc
    .array(fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), { maxLength: 8 })
    .map((rows) => new Map(rows.map((targets, name) => [String(name), targets.map(String)])));

  /** Whether names can be taken away one by one, each when nothing that is left leads on from it. */
  function isAcyclic(edges: ReadonlyMap<string, readonly string[]>): boolean {
    const left = new Map(edges);
    for (let before = -1; before !== left.size; ) {
      before = left.size;
      for (const [name, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(name);
    }
    return left.size === 0;
  }

  it("is found exactly when there is one, and each of its steps is an edge", () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const cycle = findCycle(edges);
        expect(cycle === null).toBe(isAcyclic(edges));
        if (!cycle) return;
        expect(cycle.at(-1)).toBe(cycle[0]);
        for (const [at, name] of cycle.slice(1).entries()) expect(edges.get(cycle[at] ?? "")).toContain(name);
      }),
    );
  });

  it("is looked for along each edge once", () => {
    const names = Array.from({ length: 100 }, (_, at) => String(at));
    const edges = new Map(names.map((name, at) => [name, names.slice(at + 1)]));
    expect(findCycle(edges)).toBeNull();
  });
});
