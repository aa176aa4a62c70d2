import { describe, expect, it } from "vitest";
import type { Agent, Answer, ToolError } from "../support/client.js";
import { PROCESSES, race, rounds, useServers } from "./servers.js";

const servers = useServers();

async function newTasks(count: number): Promise<{ project_id: string; ids: string[] }> {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1)
    ids.push((await servers.call("board_create_task", { project_id, title: `Task ${at}` })).id);
  return { project_id, ids };
}

const agent = (at: number): Agent => servers.agents[at % servers.agents.length] as Agent;

it("updates of different fields and metadata keys at once lose nothing and log one entry each", async () => {
  const { project_id, ids } = await newTasks(2);
  const [task_id, dependency] = ids as [string, string];
  const changes = [
    { metadata: { a: 1 } },
    { title: "New title" },
    { metadata: { b: 2 } },
    { description: "New description" },
    { priority: "critical" },
    { status: "in_progress" },
    { riper_mode: "plan" },
    { depends_on: [dependency] },
  ].slice(0, PROCESSES);
  await Promise.all(changes.map((change, at) => agent(at).call("board_update_task", { task_id, ...change })));

  const { metadata: _, ...fields } = Object.assign({}, ...changes);
  const task = (await servers.store.ref("tasks", task_id).get()).data();
  expect(task).toMatchObject({ ...fields, metadata: { a: 1, b: 2 } });
  const entries = (await servers.find("activity_log", "task_id", task_id)).filter(({ action }) => action !== "created");
  const logged = entries.map((entry) => entry.metadata.changes.join()).sort();
  expect(logged).toEqual(changes.map((change) => Object.keys(change).join()).sort());
  expect(entries.every((entry) => entry.project_id === project_id)).toBe(true);
});

it("a task claimed by all at once goes to one", async () => {
  const { ids } = await newTasks(1);
  const task_id = ids[0] as string;
  const claims = servers.agents.map(({ call }, at) => call("board_claim_task", { task_id, agent_name: `racer-${at}` }));
  const { won, lost } = await race(claims);
  expect(won).toHaveLength(1);
  expect(lost).toEqual(new Array(PROCESSES - 1).fill("already_claimed"));
  const task = (await servers.store.ref("tasks", task_id).get()).data();
  expect(won[0].task).toMatchObject({ status: "in_progress", assigned_agent: task?.assigned_agent });
  const claimed = (await servers.find("activity_log", "task_id", task_id)).filter(({ action }) => action === "claimed");
  expect(claimed).toHaveLength(1);
});

describe.each([
  ["dependencies", (id: string) => ({ depends_on: [id] })],
  ["parents", (id: string) => ({ parent_task_id: id })],
])("%s that together would form a cycle", (_, link) => {
  const linkAll = (ids: string[]) =>
    race(
      ids.map((task_id, at) =>
        agent(at).call("board_update_task", { task_id, ...link(ids[(at + 1) % ids.length] as string) }),
      ),
    );

  it.each(rounds)("two halves: one is refused (round %i)", async () => {
    const { won, lost } = await linkAll((await newTasks(2)).ids);
    expect([won.length, lost]).toEqual([1, ["dependency_cycle"]]);
  });

  it("a ring of four: one is refused", async () => {
    const { won, lost } = await linkAll((await newTasks(4)).ids);
    expect([won.length, lost]).toEqual([3, ["dependency_cycle"]]);
  });
});

describe("a task that is deleted", () => {
  const remove = (task_id: string) => agent(0).call("board_delete_task", { task_id, require_done: false });

  it.each(rounds)("while a subtask is made: one of both is refused (round %i)", async () => {
    const { project_id, ids } = await newTasks(1);
    const parent_task_id = ids[0] as string;
    const create = agent(1).call("board_create_task", { project_id, title: "Child", parent_task_id });
    const { won, lost } = await race([remove(parent_task_id), create]);
    expect(won).toHaveLength(1);
    expect(["task_not_found", "guard_refused"]).toContain(lost[0]);
    const children = await servers.find("tasks", "parent_task_id", parent_task_id);
    const parent = await servers.store.ref("tasks", parent_task_id).get();
    expect(parent.exists).toBe(children.length === 1);
  });

  it.each(rounds)("while a plan is made below it: all of the plan is there, or none of it (round %i)", async () => {
    const { project_id, ids } = await newTasks(1);
    const parent_task_id = ids[0] as string;
    const tasks = [
      { title: "Child", ref: "child", parent_task_id },
      { title: "Grandchild", parent_task_id: "$child" },
      { title: "Next", depends_on: [parent_task_id, "$child"] },
    ];
    const create = agent(1).call("board_create_tasks", { project_id, tasks });
    const { won, lost } = await race([remove(parent_task_id), create]);
    expect(won).toHaveLength(1);
    expect(["task_not_found", "guard_refused"]).toContain(lost[0]);
    const left = await servers.find("tasks", "project_id", project_id);
    const isPlanned = lost[0] === "guard_refused";
    expect(left).toHaveLength(isPlanned ? 1 + tasks.length : 0);
    const entries = await servers.find("activity_log", "project_id", project_id);
    const created = entries.filter(({ action, task_id }) => action === "created" && task_id !== null);
    expect(created).toHaveLength(isPlanned ? 1 + tasks.length : 1);
  });

  it.each(rounds)(
    "while it is deleted, claimed and linked by others: each is done or refused by name (round %i)",
    async () => {
      const { ids } = await newTasks(2);
      const [gone, task_id] = ids as [string, string];
      const { won, lost } = await race([
        remove(gone),
        agent(1).call("board_delete_task", { task_id: gone, require_done: false }),
        agent(2).call("board_claim_task", { task_id: gone, agent_name: "racer" }),
        agent(3).call("board_update_task", { task_id, depends_on: [gone], title: "linked" }),
      ]);
      expect(won.filter((result) => result.deleted_task_ids)).toEqual([
        expect.objectContaining({ deleted_task_ids: [gone] }),
      ]);
      expect(lost).toContain("task_not_found");
      expect(lost.filter((code) => code !== "task_not_found")).toEqual([]);
      expect((await servers.store.ref("tasks", task_id).get()).data()?.depends_on).toEqual([]);
    },
  );

  it.each(rounds)("while another task gets a dependency on it: no link to it remains (round %i)", async () => {
    const { ids } = await newTasks(2);
    const [gone, task_id] = ids as [string, string];
    const depend = agent(1)
      .call("board_update_task", { task_id, depends_on: [gone] })
      .catch((error: Answer) => expect((error as ToolError).code).toBe("task_not_found"));
    await Promise.all([remove(gone), depend]);
    const task = (await servers.store.ref("tasks", task_id).get()).data();
    expect(task?.depends_on).toEqual([]);
  });
});
