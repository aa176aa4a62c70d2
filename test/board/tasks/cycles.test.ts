import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Edge, refuseCycle } from "../../../src/board/tasks/cycles.js";
import { sampleSnapshot } from "../samples.js";

type Graph = Record<string, string[]>;

/** Runs the check on a graph of dependencies; gives the ids of each read. */
async function check(
  graph: Graph,
  start: string,
  targets: string[],
  preread: string[] = [],
  edge: Edge = "depends_on",
) {
  const snapshot = (id: string) => {
    const fields = edge === "depends_on" ? { depends_on: graph[id] } : { parent_task_id: graph[id]?.[0] ?? null };
    return sampleSnapshot(id, graph[id] && fields);
  };
  const reads: string[][] = [];
  const known = (id: string) => (preread.includes(id) ? snapshot(id) : undefined);
  const read = async (ids: string[]) => {
    reads.push(ids);
    return ids.map(snapshot);
  };
  const naming = async (ids: string[]) =>
    Object.keys(graph)
      .filter((id) => graph[id]?.some((target) => ids.includes(target)))
      .map(snapshot);
  await refuseCycle(start, targets, edge, { known, read, naming });
  return reads.filter((ids) => ids.length > 0);
}

const cycle = (...ids: string[]) => expect.objectContaining({ code: "dependency_cycle", details: { cycle: ids } });

describe("a cycle is refused, and named as a path from the task back to itself", () => {
  it.each<[string, Graph, string[], string[]]>([
    ["itself", { a: [] }, ["a"], ["a", "a"]],
    ["of two", { a: [], b: ["a"] }, ["b"], ["a", "b", "a"]],
    ["of three", { a: [], b: ["c"], c: ["a"] }, ["b"], ["a", "b", "c", "a"]],
    [
      "after a branch without a cycle",
      { a: [], b: ["x"], x: [], c: ["d"], d: ["a"] },
      ["b", "c"],
      ["a", "c", "d", "a"],
    ],
    ["after a cycle that existed before", { a: [], b: ["c", "a"], c: ["b"] }, ["b"], ["a", "b", "a"]],
  ])("%s", async (_, graph, targets, ids) => {
    await expect(check(graph, "a", targets)).rejects.toThrow(cycle(...ids));
    await expect(check(graph, "a", targets)).rejects.toThrow(ids.join(" -> "));
  });

  it("of parents as well", async () => {
    const graph = { a: [], b: ["c"], c: ["a"] };
    await expect(check(graph, "a", ["b"], [], "parent_task_id")).rejects.toThrow(cycle("a", "b", "c", "a"));
  });
});

describe("a graph without a cycle passes", () => {
  it.each<[string, Graph, string[]]>([
    ["no targets", {}, []],
    ["a target that is gone", {}, ["gone"]],
    ["a diamond", { b: ["d"], c: ["d"], d: [] }, ["b", "c"]],
    ["a cycle of others", { b: ["c"], c: ["b"] }, ["b"]],
  ])("%s", async (_, graph, targets) => {
    await expect(check(graph, "a", targets)).resolves.toBeDefined();
  });

  it("reads one level at a time, each task once, and no task that was read before", async () => {
    const graph = { b: ["d", "e"], c: ["d"], d: ["f"], e: ["f"], f: ["b"] };
    expect(await check(graph, "a", ["b", "c"], ["b"])).toEqual([["c"], ["d", "e"], ["f"]]);
  });

  it("agrees with a plain search on random graphs", async () => {
    const id = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const graphs = fc.dictionary(id, fc.uniqueArray(id, { maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(graphs, fc.uniqueArray(id, { maxLength: 3 }), async (graph, targets) => {
        const outcome = await check(graph, "a", targets).then(
          () => undefined,
          (error: { details: { cycle: string[] } }) => error.details.cycle,
        );
        expect(outcome !== undefined).toBe(reaches(graph, targets, "a"));
        for (const [at, from] of (outcome ?? []).slice(0, -1).entries())
          expect(at === 0 ? targets : graph[from]).toContain(outcome?.[at + 1]);
      }),
    );
  });
});

function reaches(graph: Graph, from: string[], goal: string): boolean {
  const seen = new Set<string>();
  const stack = [...from];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id === goal) return true;
    if (!seen.has(id)) stack.push(...(graph[id] ?? []));
    seen.add(id);
  }
  return false;
}

describe("a graph too deep or too wide to be followed to its end", () => {
  const chain = (name: string, length: number): Graph =>
    Object.fromEntries(Array.from({ length }, (_, at) => [`${name}${at}`, [`${name}${at + 1}`]]));
  const refused = expect.objectContaining({ code: "guard_refused" });

  it("may stand behind a task for which nothing waits, as behind a new one", async () => {
    await expect(check(chain("n", 400), "a", ["n0"])).resolves.toHaveLength(200);
    const wide: Graph = { n: Array.from({ length: 2_500 }, (_, at) => `m${at}`) };
    for (const id of wide.n ?? []) wide[id] = [`behind-${id}`];
    await expect(check(wide, "a", ["n"])).resolves.toBeDefined();
  });

  it("may wait for a task, when what is put behind that one ends", async () => {
    await expect(check({ ...chain("n", 400), n400: [] }, "n400", ["a"])).resolves.toEqual([["a"]]);
  });

  it("may not be on both sides: a circle could be in it", async () => {
    await expect(check({ ...chain("n", 400), ...chain("m", 400) }, "n400", ["m0"])).rejects.toThrow(refused);
  });

  it("is a circle that is found when its two halves can be followed", async () => {
    const ids = Array.from({ length: 301 }, (_, at) => `n${at}`);
    await expect(check(chain("n", 300), "n300", ["n0"])).rejects.toThrow(cycle("n300", ...ids));
  });

  it("agrees with a plain search, whatever the length of a ring", async () => {
    for (const length of [198, 199, 200, 201, 399]) {
      const start = `n${length}`;
      await expect(check(chain("n", length), start, ["n0"]), `${length}`).rejects.toThrow(
        expect.objectContaining({ code: "dependency_cycle" }),
      );
      await expect(check(chain("n", length), start, ["x"]), `${length}`).resolves.toBeDefined();
    }
  });
});
