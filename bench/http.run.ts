import { afterAll, describe, test } from "vitest";
import type { Answer } from "../test/support/client.js";
import { callByPost, type HttpServer, startHttpServer } from "../test/support/http-server.js";
import { freshDatabase } from "../test/support/lane.js";
import { peakMemory } from "../test/support/process-usage.js";
import type { StoreName } from "./support/board.js";
import { mebibytes, ratio, report } from "./support/table.js";

/*
 * A team's load: agents that work at the same time, each through a session, claims and updates of its own, against two
 * server processes on one store, call by call in turns. Ratios are to the same calls of one agent alone.
 */

/**
 * Agents at a time, each in a project of its own: what they wait for is the servers, not each other. Of 200 on the
 * official emulator, some starts of sessions take more than the 60 s that a call has here.
 */
const AGENTS: Record<StoreName, number> = { embedded: 200, emulator: 20 };
/** Claims and updates of each agent. */
const WORK = 20;

const stores: StoreName[] =
  process.env.FIREBOARD_TEST_EMULATOR_HOST === undefined ? ["embedded"] : ["embedded", "emulator"];

/** A busy machine ends no call, and nobody's rate is reached. */
const SETTINGS = {
  FIREBOARD_DEADLINE_MS: "60000",
  FIREBOARD_CALLS_PER_MINUTE: "100000",
  FIREBOARD_CALLS_AT_ONCE: "100000",
};

type Call = (tool: string, args?: Record<string, unknown>) => Promise<Answer>;

describe.each(stores)("agents over HTTP on the store %s", (store) => {
  const closing: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  test("a day of each of them", async () => {
    const database = await freshDatabase(store);
    closing.push(() => database.remove());
    const env = { ...database.env, ...SETTINGS };
    const servers = await Promise.all([startHttpServer(env), startHttpServer(env)]);
    for (const server of servers) closing.push(() => end(server));

    const call = alternating(servers.map(callByPost));
    await call("board_get_projects");
    const alone = await day(call, "alone");
    const before = servers.map(({ pid }) => peakMemory(pid));
    const days = Array.from({ length: AGENTS[store] }, (_, at) => day(call, `agent ${at}`));
    const together = (await Promise.all(days)).flat();
    const grown = servers.map(({ pid }, at) => peakMemory(pid) - (before[at] ?? 0));

    const [one, many] = [percentiles(alone), percentiles(together)];
    report(`${AGENTS[store]} agents over HTTP, 2 processes, store ${store}: ${together.length} calls, no error`, [
      ["", "p50", "p99"],
      ["of one agent alone", ratio(1), ratio(one.p99 / one.p50)],
      ["of all at a time", ratio(many.p50 / one.p50), ratio(many.p99 / one.p50)],
      ["memory of both processes per agent", mebibytes(sum(grown) / AGENTS[store]), ""],
    ]);
  });
});

function alternating(calls: readonly Call[]): Call {
  let turn = 0;
  return (tool, args) => {
    turn += 1;
    return (calls[turn % calls.length] as Call)(tool, args);
  };
}

/** An agent's day in a new project; gives how long each call took, in milliseconds. */
async function day(call: Call, agent: string): Promise<number[]> {
  const { id: project_id } = await call("board_create_project", { name: "Bench" });
  const tasks = Array.from({ length: WORK / 2 }, (_, at) => ({ title: `Task ${at}` }));
  await call("board_create_tasks", { project_id, tasks });
  const took: number[] = [];
  const timed: Call = async (tool, args) => {
    const start = performance.now();
    const answer = await call(tool, args);
    took.push(performance.now() - start);
    return answer;
  };
  const { session_id, agent_name } = await timed("board_create_session", {
    project_id,
    agent_name: agent,
  });
  for (let done = 0; done < WORK; done += 2) {
    const { task } = await timed("board_claim_task", { project_id, agent_name, session_id });
    await timed("board_update_task", { task_id: task.id, status: "done", session_id, agent_name });
  }
  await timed("board_end_session", { session_id, agent_name, progress_summary: "Done." });
  return took;
}

async function end(server: HttpServer): Promise<void> {
  server.kill("SIGTERM");
  await server.exited;
}

function percentiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
