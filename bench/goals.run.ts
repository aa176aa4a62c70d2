import { afterAll, beforeAll, describe, test } from "vitest";
import type { Agent } from "../test/support/client.js";
import { roundTrips, startRpcRecorder } from "../test/support/rpc-recorder.js";
import { type BenchBoard, openBoard, type StoreName } from "./support/board.js";
import { startDelayProxy } from "./support/delay-proxy.js";
import { type Measured, medians, type Runs } from "./support/measure.js";
import { ratio, report } from "./support/table.js";

/*
 * Calls on a board of many tasks against their goals: on the official emulator behind a network of 30 ms, where no call
 * can be faster than its round trips, and on the embedded store. Two boards are measured side by side: what differs
 * between them is noise. Figures are ratios of medians, as milliseconds say little about another machine.
 */

const TASKS = 300;
const ROUND_TRIP_MS = 30;
const RUNS: Runs = { counted: 40, warmup: 5 };

/** Goals in milliseconds: reads, which see the board as it was filled, before writes. */
const REMOTE_GOALS = {
  board_get_task: 40,
  board_get_tasks: 65,
  board_get_projects: 75,
  board_get_handoff: 65,
  board_create_session: 100,
  board_update_task: 75,
  board_log_activity: 75,
  board_create_task: 75,
};
const EMBEDDED_GOALS = { board_get_tasks: 15, board_get_handoff: 25, board_create_session: 40 };

type Tool = keyof typeof REMOTE_GOALS;

/** A server under measurement, and its arguments for each tool. */
interface Subject {
  agent: Agent;
  args: Record<Tool, () => object>;
}

async function subject(board: BenchBoard, agent: Agent): Promise<Subject> {
  const project_id = board.projectId;
  const { tasks } = await agent.call("board_get_tasks", { project_id, limit: 1 });
  const task_id = tasks[0].id;
  let number = 0;
  return {
    agent,
    args: {
      board_get_task: () => ({ task_id }),
      board_get_tasks: () => ({ project_id, limit: 50 }),
      board_get_projects: () => ({}),
      board_get_handoff: () => ({ project_id }),
      board_create_session: () => ({ project_id }),
      board_update_task: () => ({ task_id, description: `Version ${number++}` }),
      board_log_activity: () => ({ project_id, agent_name: "bench", action: "noted" }),
      board_create_task: () => ({ project_id, title: "One more task" }),
    },
  };
}

const call =
  ({ agent, args }: Subject, tool: Tool): Measured =>
  async () => {
    await agent.call(tool, { ...args[tool]() });
    return undefined;
  };

/** The medians of each tool on each of `subjects`, in milliseconds; the subjects take turns, tool by tool. */
async function sideBySide(subjects: readonly Subject[], tools: readonly Tool[]): Promise<Record<string, number[]>> {
  const tasks = tools.flatMap((tool) => subjects.map((one, at) => [`${tool} ${at}`, call(one, tool)] as const));
  const found = await medians(Object.fromEntries(tasks), RUNS);
  return Object.fromEntries(tools.map((tool) => [tool, subjects.map((_, at) => found[`${tool} ${at}`] ?? Number.NaN)]));
}

const boards: BenchBoard[] = [];
const endings: (() => Promise<unknown>)[] = [];
const openBoards = async (store: StoreName) => {
  for (const _ of [1, 2]) boards.push(await openBoard(store, TASKS));
  return boards;
};
const closeAll = async () => {
  for (const end of endings.splice(0).reverse()) await end();
  for (const board of boards.splice(0)) await board.close();
};

const emulator = process.env.FIREBOARD_TEST_EMULATOR_HOST;

describe.runIf(emulator)("with a network between", () => {
  const host = emulator ?? "";
  const subjects: Subject[] = [];
  const trips: Record<string, number> = {};
  const tools = Object.keys(REMOTE_GOALS) as Tool[];
  beforeAll(async () => {
    const opened = await openBoards("emulator");
    const proxy = await startDelayProxy(host, ROUND_TRIP_MS / 2);
    endings.push(() => proxy.close());
    for (const board of opened) {
      const agent = await board.another({ FIRESTORE_EMULATOR_HOST: proxy.host });
      endings.push(() => agent.close());
      subjects.push(await subject(board, agent));
    }
    const recorder = await startRpcRecorder(host);
    endings.push(() => recorder.close());
    const [first] = opened;
    if (first === undefined) throw new Error("no board was opened");
    const agent = await first.another({ FIRESTORE_EMULATOR_HOST: recorder.host });
    endings.push(() => agent.close());
    const recorded = await subject(first, agent);
    for (const tool of tools) trips[tool] = roundTrips(await recorder.during(call(recorded, tool)));
  });
  afterAll(closeAll);

  test("calls of one agent, by round trips", async () => {
    const found = await sideBySide(subjects, tools);
    report(`Calls on ${TASKS} open tasks, ${ROUND_TRIP_MS} ms a round trip (p50 of ${RUNS.counted}, two boards)`, [
      ["", "trips", "of the limit", "again", "goal / measured", "again"],
      ...tools.map((tool) => {
        const [one = Number.NaN, two = Number.NaN] = found[tool] ?? [];
        const limit = ROUND_TRIP_MS * (trips[tool] ?? Number.NaN);
        const goal = REMOTE_GOALS[tool];
        return [tool, String(trips[tool]), ...[one / limit, two / limit, goal / one, goal / two].map(ratio)];
      }),
      ["the limit is the time of the round trips alone; a goal is met from 1.00x on"],
    ]);
  });
});

describe("on the embedded store", () => {
  const subjects: Subject[] = [];
  beforeAll(async () => {
    for (const board of await openBoards("embedded")) subjects.push(await subject(board, board.agent));
  });
  afterAll(closeAll);

  test("calls of one agent", async () => {
    const tools = Object.keys(EMBEDDED_GOALS) as (keyof typeof EMBEDDED_GOALS)[];
    const found = await sideBySide(subjects, tools);
    report(`Calls on ${TASKS} open tasks, embedded (p50 of ${RUNS.counted}, two boards)`, [
      ["", "goal / measured", "again"],
      ...tools.map((tool) => [tool, ...(found[tool] ?? []).map((measured) => ratio(EMBEDDED_GOALS[tool] / measured))]),
      ["a goal is met from 1.00x on"],
    ]);
  });
});
