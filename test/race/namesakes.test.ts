import { describe, expect, it, onTestFinished } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, type Answer, startAgent } from "../support/client.js";
import { PROCESSES, race, rounds, useServers } from "./servers.js";

/** Windows of one host: processes whose agents have one name. */
const servers = useServers();
const CLAUDE = { agent_name: "claude" };

async function newTasks(count: number): Promise<{ project_id: string; ids: string[] }> {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1)
    ids.push((await servers.call("board_create_task", { project_id, title: `t${at}` })).id);
  return { project_id, ids };
}

describe("processes of one name on one board", () => {
  it(`${PROCESSES} of them claim from the pool at once, twice each: each claim gives another task`, async () => {
    const { project_id, ids } = await newTasks(2 * PROCESSES);
    const claims = servers.agents.flatMap(({ call }) =>
      [0, 1].map(() => call("board_claim_task", { ...CLAUDE, project_id })),
    );
    const given = (await Promise.all(claims)).map(({ task }) => task.id);
    expect(given.sort()).toEqual(ids.sort());
    const { task, held } = await servers.call("board_claim_task", { ...CLAUDE, project_id });
    expect({ task, held: held.length }).toEqual({ task: null, held: Math.min(20, ids.length) });
  });

  it(`${PROCESSES} of them in one session claim as much as there is`, async () => {
    const { project_id, ids } = await newTasks(PROCESSES - 1);
    const claims = servers.agents.map(async ({ call }) => {
      const { session_id } = await call("board_create_session", { ...CLAUDE, project_id, if_active: "join" });
      return await call("board_claim_task", { ...CLAUDE, project_id, session_id });
    });
    const given: (string | null)[] = (await Promise.all(claims)).map(({ task }) => task?.id ?? null);
    expect(given.filter((id) => id !== null).sort()).toEqual(ids.sort());
  });

  it.each(rounds)("one of them gets a task that all claim by its id, the others are refused (%i)", async () => {
    const { ids } = await newTasks(1);
    const claim = ({ call }: Agent) => call("board_claim_task", { ...CLAUDE, task_id: ids[0] });
    const { won, lost } = await race(servers.agents.map(claim));
    expect(won).toHaveLength(1);
    expect(lost).toEqual(new Array(PROCESSES - 1).fill("already_claimed"));
  });
});

/** With heartbeats so often that a test can wait for one that is missing. */
const board = useBoard({ FIREBOARD_HEARTBEAT_MS: "1000" });
const WAIT = { timeout: 60_000, interval: 250 };

async function window(): Promise<Agent> {
  const agent = await startAgent({ ...board.database.env, FIREBOARD_HEARTBEAT_MS: "1000" });
  onTestFinished(() => agent.close());
  return agent;
}

async function holds(agent: Agent, project_id: string): Promise<string> {
  const task_id = await board.task(project_id);
  await agent.call("board_claim_task", { ...CLAUDE, task_id });
  return task_id;
}

describe("a window that was killed", () => {
  it("loses its task to its name after three heartbeats, while another window of the name beats and keeps its own", async () => {
    const project_id = await board.project();
    const [killed, living, next] = await Promise.all([window(), window(), window()]);
    const lost = await holds(killed, project_id);
    const kept = await holds(living, project_id);
    const lease = async (id: string): Promise<Answer> => (await board.stored("tasks", id)).lease;
    const { holder, expires_at } = await lease(kept);
    process.kill(killed.pid, "SIGKILL");
    const claim = () =>
      next.call("board_claim_task", { ...CLAUDE, task_id: lost }).then(
        ({ task }) => task.id,
        ({ code }) => code,
      );
    await expect.poll(claim, WAIT).toBe(lost);
    expect((await board.stored("tasks", lost)).assigned_agent).toBe("claude");
    await expect
      .poll(async () => (await lease(kept)).expires_at.toMillis(), WAIT)
      .toBeGreaterThan(expires_at.toMillis());
    expect((await lease(kept)).holder).toBe(holder);
  });

  it("keeps its task from other names until the lease runs out", async () => {
    const project_id = await board.project();
    const killed = await window();
    const task_id = await holds(killed, project_id);
    process.kill(killed.pid, "SIGKILL");
    const sameName = () =>
      board.call("board_claim_task", { ...CLAUDE, task_id, lease_minutes: 1 }).then(
        () => "claimed",
        ({ code }) => code,
      );
    const ben = () =>
      board.call("board_claim_task", { agent_name: "ben", task_id }).then(
        () => "claimed",
        ({ code }) => code,
      );
    expect(await ben()).toBe("already_claimed");
    await expect.poll(sameName, WAIT).toBe("claimed");
    expect(await ben()).toBe("already_claimed");
  });
});

describe("a window that stopped cleanly", () => {
  it.each(rounds)("leaves its task to exactly one of the name, at once (%i)", async () => {
    const { ids } = await newTasks(1);
    const leaving = await startAgent(servers.env);
    await leaving.call("board_claim_task", { ...CLAUDE, task_id: ids[0] });
    await leaving.close();
    const { won, lost } = await race(
      servers.agents.map(({ call }) => call("board_claim_task", { ...CLAUDE, task_id: ids[0] })),
    );
    expect(won).toHaveLength(1);
    expect(lost).toEqual(new Array(PROCESSES - 1).fill("already_claimed"));
  });
});

describe("a window that ended its part in the session", () => {
  it.each(rounds)("leaves its task to exactly one of the name, at once (%i)", async () => {
    const { project_id, ids } = await newTasks(1);
    const [first, ...others] = servers.agents as [Agent, ...Agent[]];
    const { session_id } = await first.call("board_create_session", { ...CLAUDE, project_id });
    const claim = { ...CLAUDE, task_id: ids[0] };
    await first.call("board_claim_task", { ...claim, session_id });
    await expect(others[0]?.call("board_claim_task", claim)).rejects.toMatchObject({ code: "already_claimed" });
    await first.call("board_end_session", { session_id, progress_summary: "The rest is for tomorrow." });
    const { won, lost } = await race(others.map(({ call }) => call("board_claim_task", claim)));
    expect(won).toHaveLength(1);
    expect(lost).toEqual(new Array(PROCESSES - 2).fill("already_claimed"));
  });
});

describe("a window whose session was abandoned by the start of another one", () => {
  it("keeps what it claimed, and finishes it", async () => {
    const { project_id, ids } = await newTasks(1);
    const [first, second] = servers.agents as [Agent, Agent];
    const { session_id } = await first.call("board_create_session", { ...CLAUDE, project_id });
    await first.call("board_claim_task", { ...CLAUDE, task_id: ids[0], session_id });
    const started = await second.call("board_create_session", { ...CLAUDE, project_id });
    const claim = { ...CLAUDE, task_id: ids[0], session_id: started.session_id };
    await expect(second.call("board_claim_task", claim)).rejects.toMatchObject({ code: "already_claimed" });
    const { warnings } = await first.call("board_update_task", { task_id: ids[0], status: "done", session_id });
    expect(warnings).toEqual([expect.stringContaining("abandoned")]);
  });
});

describe("windows that joined one session", () => {
  it("each finish what they claimed, all at once", async () => {
    const { project_id } = await newTasks(PROCESSES);
    const joined = await Promise.all(
      servers.agents.map(async ({ call }) => {
        const session = await call("board_create_session", { ...CLAUDE, project_id, if_active: "join" });
        // The name that it is told to use, once there is one.
        const { session_id, agent_name = "claude" } = session;
        const { task } = await call("board_claim_task", { agent_name, project_id, session_id });
        return { call, session_id, task_id: task.id };
      }),
    );
    await Promise.all(joined.map(({ call, ...update }) => call("board_update_task", { ...update, status: "done" })));
    const tasks = await servers.find("tasks", "project_id", project_id);
    expect(tasks.map(({ status }) => status)).toEqual(new Array(PROCESSES).fill("done"));
  });
});
