import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { type Answer, outcomeOf } from "../support/client.js";

const board = useBoard();
const create = (project_id: string, tasks: object[], more: object = {}) =>
  board.call("board_create_tasks", { project_id, tasks, ...more });
const titles = (count: number, fields: object = {}) =>
  Array.from({ length: count }, (_, at) => ({ title: `Task ${at}`, ...fields }));

/** What a refused call of these tasks says; that it left nothing behind is checked here. */
async function refusal(project_id: string, tasks: object[], more: object = {}): Promise<Answer> {
  const before = await board.entries(project_id);
  const outcome = await outcomeOf(board, "board_create_tasks", { project_id, tasks, ...more });
  if (!("refusal" in outcome)) throw new Error("was not refused");
  expect(await board.entries(project_id)).toEqual(before);
  const { tasks: found } = await board.call("board_get_tasks", { project_id, include_done: true, limit: 200 });
  expect(found.filter(({ title }: Answer) => title.startsWith("new"))).toEqual([]);
  return outcome.refusal;
}

describe("board_create_tasks", () => {
  it("creates tasks with links among themselves and to the board, by the rules of the single one", async () => {
    const project_id = await board.project();
    const epic = await board.task(project_id);
    const elsewhere = await board.task(await board.project());
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const earlier = (await board.entries(project_id)).length;
    const { tasks, message } = await create(
      project_id,
      [
        { ref: "build", title: "Build", depends_on: ["$design", elsewhere, "$design"], parent_task_id: "$part" },
        { ref: "design", title: "Design", status: "in_progress", priority: "critical", labels: [" a", "a"] },
        { ref: "$part", title: "Part", parent_task_id: epic, due_at: "2026-12-01", metadata: { a: 1 } },
        { title: "Dropped", status: "done", resolution: "cancelled", assigned_agent: "" },
      ],
      { session_id },
    );
    expect(message).toBe("4 tasks created");
    expect(tasks).toEqual([
      { ref: "build", id: expect.any(String), title: "Build" },
      { ref: "design", id: expect.any(String), title: "Design" },
      { ref: "part", id: expect.any(String), title: "Part" },
      { id: expect.any(String), title: "Dropped" },
    ]);
    const [build, design, part, dropped] = ids(tasks) as [string, string, string, string];
    expect(await board.stored("tasks", build)).toMatchObject({
      project_id,
      depends_on: [design, elsewhere],
      parent_task_id: part,
      status: "todo",
      priority: "medium",
      description: null,
      resolution: null,
      labels: [],
      due_at: null,
      external_ref: null,
      metadata: {},
      lease: null,
    });
    expect(await board.stored("tasks", build)).not.toHaveProperty("ref");
    const started = await board.stored("tasks", design);
    expect(started).toMatchObject({ priority: "critical", labels: ["a"], completed_at: null });
    expect(started.started_at).not.toBeNull();
    expect(await board.stored("tasks", part)).toMatchObject({ parent_task_id: epic, metadata: { a: 1 } });
    expect(await board.stored("tasks", dropped)).toMatchObject({ resolution: "cancelled", assigned_agent: null });

    const entries = (await board.entries(project_id)).slice(earlier);
    expect(entries.map(({ task_id }) => task_id)).toEqual([build, design, part, dropped]);
    expect(new Set(entries.map(({ call_id }) => call_id)).size).toBe(1);
    for (const entry of entries) expect(entry).toMatchObject({ action: "created", agent_name: "ann", session_id });
    expect(entries[1].metadata).toMatchObject({ from: null, to: "in_progress" });
  });

  it("takes 100 tasks, each of which depends on the one before, and not 101", async () => {
    const project_id = await board.project();
    const chain = titles(101).map((task, at) => ({
      ...task,
      ref: `t${at}`,
      depends_on: at > 0 ? [`$t${at - 1}`] : [],
    }));
    const { tasks } = await create(project_id, chain.slice(0, 100));
    expect(ids((await board.call("board_get_task", { task_id: tasks[99].id })).blocked_by)).toEqual([tasks[98].id]);
    const listed = await board.call("board_get_tasks", { project_id, limit: 50 });
    const rest = await board.call("board_get_tasks", { project_id, limit: 50, cursor: listed.next_cursor });
    expect(ids([...listed.tasks, ...rest.tasks])).toEqual(ids(tasks));
    const { projects } = await board.call("board_get_projects", { limit: 200 });
    expect(projects.find(({ id }: Answer) => id === project_id).total_tasks).toBe(100);
    for (const wrong of [chain, []]) expect((await refusal(project_id, wrong)).code).toBe("invalid_argument");
  });

  it("answers long titles cut, and keeps them whole", async () => {
    const project_id = await board.project();
    const title = "語".repeat(500);
    const { tasks } = await create(project_id, [{ title }]);
    expect(tasks[0].title).toBe("語".repeat(80));
    expect((await board.stored("tasks", tasks[0].id)).title).toBe(title);
  });
});

describe("a call with one fault creates nothing, and names the task", () => {
  it("of refs and circles", async () => {
    const project_id = await board.project();
    const twice = await refusal(project_id, [
      { title: "new", ref: "a" },
      { title: "new", ref: "a" },
    ]);
    expect(twice).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("tasks.1 ($a)") });
    const unknown = await refusal(project_id, [{ title: "new" }, { title: "new", depends_on: ["$b"] }]);
    expect(unknown).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("$b of tasks.1") });
    const circle = await refusal(project_id, [
      { title: "new", ref: "a", depends_on: ["$b"] },
      { title: "new", ref: "b", depends_on: ["$a"] },
    ]);
    expect(circle).toMatchObject({ code: "dependency_cycle", details: { cycle: ["$a", "$b", "$a"] } });
    const parents = await refusal(project_id, [{ title: "new", ref: "a", parent_task_id: "$a" }]);
    expect(parents).toMatchObject({ code: "dependency_cycle", details: { cycle: ["$a", "$a"] } });
  });

  it("of the board: all of them at once", async () => {
    const project_id = await board.project();
    const elsewhere = await board.task(await board.project());
    const refused = await refusal(project_id, [
      { title: "new" },
      { title: "new", ref: "b", depends_on: ["nope"] },
      { title: "new", parent_task_id: elsewhere },
      { title: "new", resolution: "cancelled" },
    ]);
    expect(refused.code).toBe("task_not_found");
    expect(refused.message).toMatch(/tasks\.1 \(\$b\): .*nope.*tasks\.2: .*another project.*tasks\.3: .*resolution/);
    expect(refused.details.faults).toEqual([
      { task: "tasks.1 ($b)", code: "task_not_found" },
      { task: "tasks.2", code: "invalid_argument" },
      { task: "tasks.3", code: "invalid_argument" },
    ]);
    const lacking = await refusal(project_id, [
      { title: "new", ref: "a" },
      { title: "new", depends_on: ["a"] },
    ]);
    expect(lacking).toMatchObject({ code: "task_not_found", hint: expect.stringContaining("$") });
  });

  it("of its arguments", async () => {
    const project_id = await board.project();
    for (const [wrong, where] of [
      [{ title: " " }, "tasks.1.title"],
      [{ title: "new", ref: "a b" }, "tasks.1.ref"],
      [{ title: "new", depends_on: ["$a b"] }, "tasks.1.depends_on.0"],
      [{ title: "new", metadata: { "": 1 } }, "tasks.1.metadata"],
      [{ title: "new", status: "nonsense" }, "tasks.1.status"],
    ] as const) {
      const refused = await refusal(project_id, [{ title: "new" }, wrong]);
      expect(refused).toMatchObject({ code: "invalid_argument", message: expect.stringContaining(where) });
    }
  });

  it("of its project or session", async () => {
    const project_id = await board.project();
    expect((await refusal(project_id, [{ title: "new" }], { session_id: "nope" })).code).toBe("session_not_found");
    await board.call("board_update_project", { project_id, status: "archived" });
    expect((await refusal(project_id, [{ title: "new" }])).code).toBe("project_archived");
    await expect(create("nope", [{ title: "new" }])).toFailWith("project_not_found");
  });

  it("of its size: 4 MiB and 500 other tasks", async () => {
    const project_id = await board.project();
    const heavy = { title: "new", description: "x".repeat(50_000) };
    const tooMuch = await refusal(project_id, Array(90).fill(heavy));
    expect(tooMuch).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("4194304") });
    await create(project_id, Array(80).fill({ ...heavy, title: "heavy" }));
    const linked = (count: number) =>
      Array.from({ length: 6 }, (_, at) => ({
        title: "new",
        depends_on: Array.from({ length: Math.min(100, count - at * 100) }, (_, n) => `none-${at * 100 + n}`),
      }));
    expect((await refusal(project_id, linked(501))).code).toBe("invalid_argument");
    expect((await refusal(project_id, linked(500))).code).toBe("task_not_found");
  });
});

it("under one idempotency key creates once, from any call", async () => {
  const project_id = await board.project();
  const call = () => create(project_id, titles(3, { description: "long" }), { idempotency_key: "k" });
  const first = await call();
  expect(await call()).toEqual(first);
  expect(ids((await board.call("board_get_tasks", { project_id })).tasks)).toEqual(ids(first.tasks));
  const [key] = (await board.db.collection("idempotency_keys").where("project_id", "==", project_id).get()).docs;
  expect(key?.get("result")).not.toContain("long");
  await expect(create(project_id, titles(2), { idempotency_key: "k" })).toFailWith("conflict");
});
