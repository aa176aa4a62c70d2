import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Answer, allPages, startAgent, ToolError } from "../support/client.js";
import { lane } from "../support/lane.js";
import { faults } from "./claims/history.js";
import { runWorkers } from "./claims/workers.js";

const board = useBoard();

/**
 * The official emulator takes seconds for each conflict, and keeps the locks of a process that was killed inside a
 * transaction for a minute: small races there, large ones on the embedded store.
 */
const SIZE =
  lane === "embedded"
    ? { agents: 16, tasks: 150, killEvery: 14, killAnywhere: true }
    : { agents: 4, tasks: 24, killEvery: 8, killAnywhere: false };

/** Stores tasks of one project; a fifth of them depend on another. */
async function makeTasks(project_id: string, count: number): Promise<void> {
  const free = count - Math.floor(count / 5);
  const id = (at: number) => `${project_id}-${at}`;
  const created_at = new Date();
  const made = Array.from({ length: count }, (_, at) => {
    const depends_on = at < free ? [] : [id(at - free)];
    const queued = { status: "todo", priority: at % 7 === 0 ? "high" : "medium", assigned_agent: null };
    const fields = { project_id, title: `Task ${at}`, ...queued, depends_on, created_at, updated_at: created_at };
    return board.db.doc(`tasks/${id(at)}`).create(fields);
  });
  await Promise.all(made);
}

/** All entries of a project, the oldest first. */
async function allEntries(project_id: string): Promise<Answer[]> {
  const pages = await allPages(board, "board_get_activity", { project_id, limit: 200 });
  return pages.flatMap(({ entries }) => entries).reverse();
}

async function allTasks(project_id: string): Promise<Map<string, Answer>> {
  const found = await board.db.collection("tasks").where("project_id", "==", project_id).get();
  return new Map(found.docs.map((document) => [document.id, document.data()]));
}

describe("many processes claim from one board", () => {
  it(`${SIZE.agents} agents, ${SIZE.tasks} tasks, some agents killed: each task has one holder at a time, all end done`, {
    timeout: 300_000,
  }, async () => {
    const project_id = await board.project();
    await makeTasks(project_id, SIZE.tasks);
    const report = await runWorkers({ board, project_id, ...SIZE, random: Math.random });

    const [tasks, entries] = await Promise.all([allTasks(project_id), allEntries(project_id)]);
    expect(tasks.size).toBe(SIZE.tasks);
    expect(report.shared).toEqual([]);
    expect(faults({ tasks, entries, expiries: report.expiries })).toEqual([]);
    expect(report.kills).toBeGreaterThanOrEqual(2);

    const { kills, claims, empty, expiries, seconds } = report;
    const percentile = (share: number) =>
      claims.toSorted((a, b) => a - b)[Math.floor(claims.length * share)]?.toFixed(0);
    console.info(
      `claims (${lane}, ${SIZE.agents} processes): ${claims.length} in ${seconds.toFixed(1)} s with ${kills} kills, ` +
        `${expiries.length} leases ended, ${empty} claims found nothing; ${(claims.length / seconds).toFixed(0)} tasks/s ` +
        `done, a claim p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms`,
    );
  });

  it("two agents race for given tasks: exactly one gets each, the other learns the holder and the end of the lease", async () => {
    const project_id = await board.project();
    const agents = await Promise.all(["ann", "ben"].map((name) => startAgent(board.database.env, name)));
    try {
      let refusals = 0;
      for (let round = 0; round < (lane === "embedded" ? 25 : 3); round += 1) {
        const task_id = await board.task(project_id);
        const outcomes = await Promise.allSettled(
          agents.map((agent, at) => agent.call("board_claim_task", { task_id, agent_name: at === 0 ? "ann" : "ben" })),
        );
        const [won] = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
        const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
        expect(refused).toHaveLength(1);
        refusals += refused.length;
        expect(refused[0]).toBeInstanceOf(ToolError);
        expect(refused[0]).toMatchObject({
          code: "already_claimed",
          details: { holder: won.task.assigned_agent, lease_expires_at: won.task.lease.expires_at },
        });
        expect((await board.stored("tasks", task_id)).lease.agent_name).toBe(won.task.assigned_agent);
      }
      const claimed = (await board.entries(project_id)).filter(({ action }) => action === "claimed");
      expect(claimed).toHaveLength(refusals);
    } finally {
      await Promise.all(agents.map((agent) => agent.close()));
    }
  });
});
