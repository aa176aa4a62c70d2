import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, startAgent } from "../support/client.js";

/** Windows of one host, whose agents have one name, on one board. */
const board = useBoard();
let other: Agent;
let third: Agent;
beforeAll(async () => {
  [other, third] = await Promise.all([startAgent(board.database.env), startAgent(board.database.env)]);
});
afterAll(async () => {
  await Promise.all([other?.close(), third?.close()]);
});

const claim = (agent: Agent, args: Record<string, unknown>) =>
  agent.call("board_claim_task", { agent_name: "claude", ...args });
/** The lease looks as if its holder had shown no sign of life for so many minutes. */
async function silence(task_id: string, minutes: number) {
  const { lease } = await board.stored("tasks", task_id);
  const renewed = Date.now() - minutes * 60_000;
  await board.store.ref("tasks", task_id).update({ "lease.expires_at": new Date(renewed + lease.minutes * 60_000) });
}

async function claimedTask() {
  const project_id = await board.project();
  const task_id = await board.task(project_id);
  await claim(board.agent, { task_id });
  return { project_id, task_id };
}

describe("a task claimed by an agent of the same name over another connection", () => {
  it("is refused while that one lives, with a hint that says why, also after its session was abandoned", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const first = await board.call("board_create_session", { project_id, agent_name: "claude" });
    const { task } = await claim(board.agent, { task_id, session_id: first.session_id });
    const second = await other.call("board_create_session", { project_id, agent_name: "claude" });
    expect(second.abandoned_sessions).toBe(1);
    const refused = claim(other, { task_id, session_id: second.session_id });
    await expect(refused).toFailWith("already_claimed");
    await expect(refused).rejects.toMatchObject({
      hint: expect.stringContaining("Another connection uses this name"),
      details: { holder: "claude", lease_expires_at: task.lease.expires_at },
    });
    const late = { session_id: second.session_id, task_id, status: "done" };
    await expect(other.call("board_update_task", late)).toFailWith("already_claimed");
    const bulk = { session_id: second.session_id, task_ids: [task_id], status: "done" };
    await expect(other.call("board_bulk_update_tasks", bulk)).toFailWith("already_claimed");
    await expect(other.call("board_update_task", { task_id, status: "done", assigned_agent: "claude" })).toFailWith(
      "already_claimed",
    );
    await board.call("board_update_task", { session_id: first.session_id, task_id, status: "done" });
    expect((await board.stored("tasks", task_id)).status).toBe("done");
  });

  it("can be gone on with once that one has missed three heartbeats, and then is this one's", async () => {
    const { project_id, task_id } = await claimedTask();
    await silence(task_id, 2);
    await expect(claim(other, { task_id })).toFailWith("already_claimed");
    await silence(task_id, 4);
    const before = await board.entries(project_id);
    expect((await claim(other, { task_id })).task).toMatchObject({ id: task_id, assigned_agent: "claude" });
    expect(await board.entries(project_id)).toEqual(before);
    await expect(claim(board.agent, { task_id })).toFailWith("already_claimed");
    const late = { task_id, status: "done", assigned_agent: "claude" };
    await expect(board.call("board_update_task", late)).toFailWith("already_claimed");
    await other.call("board_update_task", late);
  });

  it.each([
    ["its client closed the connection", (agent: Agent) => agent.close()],
    [
      "it was told to end",
      async ({ pid, client }: Agent) => {
        const closed = new Promise<void>((resolve) => {
          client.onclose = resolve;
        });
        process.kill(pid, "SIGTERM");
        await closed;
      },
    ],
  ])("can be gone on with at once when that one's server stopped cleanly: %s", async (_, stop) => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const leaving = await startAgent(board.database.env);
    await claim(leaving, { task_id });
    const before = await board.stored("tasks", task_id);
    await stop(leaving);
    const { lease, ...task } = await board.stored("tasks", task_id);
    expect({ ...task, lease: { ...lease, holder: before.lease.holder } }).toEqual(before);
    await expect(claim(other, { task_id, agent_name: "ben" })).toFailWith("already_claimed");
    expect(await claim(other, { project_id })).toMatchObject({ task: null, held: [task_id] });
    expect((await claim(other, { task_id })).task).toMatchObject({ status: "in_progress", assigned_agent: "claude" });
    await expect(claim(board.agent, { task_id })).toFailWith("already_claimed");
  });

  it("can be gone on with when that one ended its part itself, the one that opened the session or one that joined", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "claude" });
    const joined = await other.call("board_create_session", { project_id, agent_name: "claude", if_active: "join" });
    const parts = [
      { agent: board.agent, agent_name: "claude" },
      { agent: other, agent_name: joined.agent_name },
    ];
    for (const { agent, agent_name } of parts) {
      const task_id = await board.task(project_id);
      const spare = await board.task(project_id);
      for (const id of [task_id, spare]) await claim(agent, { task_id: id, agent_name, session_id });
      await expect(claim(third, { task_id, agent_name })).toFailWith("already_claimed");
      await agent.call("board_end_session", { session_id, progress_summary: "s" });
      await expect(claim(third, { task_id, agent_name: "ben" })).toFailWith("already_claimed");
      expect((await claim(third, { task_id, agent_name })).task.assigned_agent).toBe(agent_name);
      await third.call("board_bulk_update_tasks", {
        task_ids: [task_id, spare],
        assigned_agent: agent_name,
        status: "done",
      });
    }
  });

  it("can be gone on with when no holder is known: an earlier version claimed it", async () => {
    const { task_id } = await claimedTask();
    const { holder, ...lease } = (await board.stored("tasks", task_id)).lease;
    expect(holder).toMatch(/^\w{20}$/);
    await board.store.ref("tasks", task_id).update({ lease });
    await expect(claim(other, { task_id, agent_name: "ben" })).toFailWith("already_claimed");
    await claim(other, { task_id });
    expect((await board.stored("tasks", task_id)).lease.holder).not.toBe(holder);
  });

  it("is not given out by the pool, neither to that name nor to its holder, who reads what it holds", async () => {
    const { project_id, task_id } = await claimedTask();
    const free = await board.task(project_id);
    await silence(task_id, 4);
    const given = await claim(other, { project_id });
    expect(given).toMatchObject({ task: { id: free }, held: expect.arrayContaining([free, task_id]) });
    for (const agent of [board.agent, other]) {
      const { held, ...none } = await claim(agent, { project_id });
      expect(none).toEqual({ task: null, reason: expect.any(String), looked_at: 2 });
      expect(held.sort()).toEqual([free, task_id].sort());
    }
    expect((await claim(other, { project_id, agent_name: "ben" })).held).toEqual([]);
  });

  it("names at most 20 of the tasks that the name holds, of this project", async () => {
    const { task_id } = await claimedTask();
    const project_id = await board.project();
    const { lease } = await board.stored("tasks", task_id);
    const held = { project_id, status: "in_progress", assigned_agent: "claude", lease };
    for (let at = 0; at < 25; at += 1) await board.db.doc(`tasks/${project_id}-${at}`).create(held);
    const own = await board.task(project_id);
    const claimed = await claim(board.agent, { task_id: own });
    expect(claimed.held).toHaveLength(20);
    expect(claimed.held).toContain(own);
    expect(claimed.held).not.toContain(task_id);
  });
});

describe("an agent that works in a session of another one", () => {
  it.each([
    ["that it joined, having claimed in it", { join: true, named: true }],
    ["that it joined, having claimed outside", { join: true, named: false }],
    ["that it was told of, having claimed in it", { join: false, named: true }],
    ["that it was told of, having claimed outside", { join: false, named: false }],
  ])("finishes what it claimed %s", async (_, { join, named }) => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "claude" });
    const agent_name = "helper";
    if (join) await other.call("board_create_session", { project_id, agent_name, if_active: "join" });
    const task_id = await board.task(project_id);
    await claim(other, { task_id, agent_name, ...(named ? { session_id } : {}) });
    const done = { task_id, status: "done", session_id };
    await expect(board.call("board_update_task", done)).toFailWith("already_claimed");
    await other.call("board_update_task", done);
    expect((await board.stored("tasks", task_id)).status).toBe("done");
  });
});

describe("an agent that was given another name when it joined", () => {
  it.each([
    ["before it joined", { before: true }],
    ["in an earlier session, where it had a number", { before: false }],
  ])("finishes what it claimed %s, and no other name's", async (_, { before }) => {
    const project_id = await board.project();
    const [own, others] = [await board.task(project_id), await board.task(project_id)];
    const open = (agent: Agent, if_active: string) =>
      agent.call("board_create_session", { project_id, agent_name: "claude", if_active });
    await open(third, "abandon");
    const first = before ? { agent_name: "claude", session_id: undefined } : await open(other, "join");
    await claim(other, { task_id: own, agent_name: first.agent_name, session_id: first.session_id });
    await claim(other, { task_id: others, agent_name: "claudette" });
    const { session_id, agent_name } = await open(other, before ? "join" : "abandon");
    expect(agent_name).not.toBe(first.agent_name);
    const done = (task_id: string) => other.call("board_update_task", { task_id, status: "done", session_id });
    await done(own);
    expect((await board.stored("tasks", own)).status).toBe("done");
    await expect(done(others)).toFailWith("already_claimed");
  });
});

describe("a lease from a clock that is ahead", () => {
  it("holds nothing", async () => {
    const { task_id } = await claimedTask();
    await silence(task_id, -24 * 60);
    expect((await claim(other, { task_id, agent_name: "ben" })).task.assigned_agent).toBe("ben");
  });
});
