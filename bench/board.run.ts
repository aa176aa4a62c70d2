import { cpus } from "node:os";
import { afterAll, beforeAll, describe, test } from "vitest";
import { freshDatabase, type TestDatabase } from "../test/support/lane.js";
import { type BenchBoard, openBoard, type StoreName } from "./support/board.js";
import { type Measured, medians, type Runs } from "./support/measure.js";
import { memoryOver } from "./support/memory.js";
import { startNode, startServer } from "./support/start-up.js";
import { mebibytes, milliseconds, ratio, report, verdict } from "./support/table.js";

const TASKS = 300;
const MEMORY_CALLS = 1_000;
const START_GOAL_MS = 250;
const STARTS: Runs = { counted: 20, warmup: 3 };
const CALLS: Runs = { counted: 100, warmup: 10 };

const emulator = process.env.FIREBOARD_TEST_EMULATOR_HOST !== undefined;
const stores: StoreName[] = emulator ? ["embedded", "emulator"] : ["embedded"];

beforeAll(() => {
  process.stdout.write(`\nNode ${process.version}, ${process.platform}, ${cpus().length} CPUs; medians\n`);
  if (!emulator) {
    const reason = process.env.FIREBOARD_TEST_EMULATOR_UNAVAILABLE;
    process.stdout.write(`official emulator not available: ${reason}\n`);
  }
});

describe("start", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase("embedded");
  });
  afterAll(() => database.remove());

  test("spawn until initialize is answered", async () => {
    const { node, server } = await medians({ node: startNode, server: () => startServer(database.env) }, STARTS);
    report(`Start (${STARTS.counted} runs)`, [
      ["", "p50", "of node -e 0"],
      ["node -e 0", milliseconds(node), ratio(1)],
      ["spawn -> initialize answered", milliseconds(server), ratio(server / node)],
      [`goal <= ${START_GOAL_MS} ms: ${verdict(server <= START_GOAL_MS)}`],
    ]);
  });
});

describe("calls", () => {
  let boards: BenchBoard[];
  beforeAll(async () => {
    boards = await Promise.all(stores.map((store) => openBoard(store, TASKS)));
  });
  afterAll(() => Promise.all(boards.map((board) => board.close())));

  test("one agent on a board of many tasks", async () => {
    const columns: Record<string, number>[] = [];
    for (const board of boards) columns.push(await medians(toolCalls(board), CALLS));
    report(`Calls of one agent on a board of ${TASKS} tasks (${CALLS.counted} runs)`, [
      ["", ...stores, ...(emulator ? ["emulator / embedded"] : [])],
      ...Object.keys(columns[0] ?? {}).map((tool) => {
        const values = columns.map((column) => column[tool] ?? Number.NaN);
        const [embedded = Number.NaN, other] = values;
        return [tool, ...values.map(milliseconds), ...(other === undefined ? [] : [ratio(other / embedded)])];
      }),
    ]);
  });

  test("memory of a server", async () => {
    const columns: [number, number][] = [];
    for (const board of boards) columns.push(await memoryOver(board, MEMORY_CALLS));
    report("Resident memory of the server", [
      ["", ...stores],
      ["after the first call", ...columns.map(([before]) => mebibytes(before))],
      [`after ${MEMORY_CALLS} calls`, ...columns.map(([, after]) => mebibytes(after))],
    ]);
  });
});

/** Tasks are created last, so that the other two see the board as it was filled. */
function toolCalls({ agent, projectId: project_id }: BenchBoard) {
  const call =
    (tool: string, args: Record<string, unknown>): Measured =>
    async () => {
      await agent.call(tool, args);
      return undefined;
    };
  return {
    board_get_handoff: call("board_get_handoff", { project_id }),
    board_create_session: call("board_create_session", { project_id }),
    board_create_task: call("board_create_task", { project_id, title: "One more task" }),
  };
}
