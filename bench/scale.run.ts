import { afterAll, beforeAll, test } from "vitest";
import { type Agent, startAgent } from "../test/support/client.js";
import { freshDatabase, type TestDatabase } from "../test/support/lane.js";
import { writeTasks } from "../test/support/many-tasks.js";
import { openDatabase } from "../test/support/open-database.js";
import { type Measured, medians } from "./support/measure.js";
import { milliseconds, ratio, report, verdict } from "./support/table.js";

/* What an agent's calls cost beside few and beside many tasks that are done, in one embedded store. */

const FEW = 1_000;
const MANY = 100_000;
const LIMIT = 1.5;
const TOOLS: Record<string, object> = {
  board_get_handoff: {},
  board_get_tasks: { limit: 50 },
  board_create_session: {},
};

let database: TestDatabase;
let agent: Agent;
const projects = { few: "", many: "" };

beforeAll(async () => {
  database = await freshDatabase("embedded");
  const { store, db } = await openDatabase(database.config);
  agent = await startAgent(database.env, "bench");
  for (const [size, done] of [
    ["few", FEW],
    ["many", MANY],
  ] as const) {
    const { id } = await agent.call("board_create_project", { name: size });
    await writeTasks(db, id, done);
    projects[size] = id;
  }
  await store.close();
});
afterAll(async () => {
  await agent?.close();
  await database?.remove();
});

test("calls beside many done tasks", async () => {
  const rows: string[][] = [["", String(FEW), String(MANY), "many / few", `goal <= ${LIMIT}`]];
  for (const [tool, args] of Object.entries(TOOLS)) {
    const on =
      (project_id: string): Measured =>
      async () => {
        await agent.call(tool, { ...args, project_id });
        return undefined;
      };
    const { few, many } = await medians(
      { few: on(projects.few), many: on(projects.many) },
      { counted: 100, warmup: 20 },
    );
    rows.push([tool, milliseconds(few), milliseconds(many), ratio(many / few), verdict(many / few <= LIMIT)]);
  }
  report("Calls beside 300 open tasks and so many done ones (p50 of 100)", rows);
});
