import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { type Agent, startAgent } from "../support/client.js";
import { writeTasks } from "../support/many-tasks.js";
import { type OpenDatabase, openDatabase } from "../support/open-database.js";

/** How many index entries the calls of the board read in the embedded store, with few and with many done tasks. */
let engine: Engine;
let database: OpenDatabase;
let agent: Agent;
let entries = 0;

beforeAll(async () => {
  const onRead = (reads: { entries: number }) => {
    entries += reads.entries;
  };
  engine = await startEngine({ file: ":memory:", indexes: loadIndexes(""), onRead });
  const host = `${engine.host}:${engine.port}`;
  const common = { databaseId: "(default)", collectionPrefix: "" };
  database = await openDatabase({ mode: "emulator", host, projectId: "demo-scale", ...common });
  agent = await startAgent({ FIRESTORE_EMULATOR_HOST: host, FIREBOARD_PROJECT_ID: "demo-scale" });
});
afterAll(async () => {
  await agent?.close();
  await database?.store.close();
  await engine?.close();
});

async function boardWith(done: number): Promise<string> {
  const { id } = await agent.call("board_create_project", { name: "p" });
  await writeTasks(database.db, id, done);
  return id;
}

async function entriesRead(tool: string, args: object): Promise<number> {
  entries = 0;
  await agent.call(tool, { ...args });
  return entries;
}

describe("what a call reads does not grow with the number of done tasks", () => {
  it("the handoff, a list of tasks and a new session read at most 1.5 times as much with 100 times the done tasks", async () => {
    const [few, many] = [await boardWith(1_000), await boardWith(100_000)];
    for (const [tool, args] of [
      ["board_get_handoff", {}],
      ["board_get_tasks", { limit: 50 }],
      ["board_create_session", {}],
    ] as const) {
      const small = await entriesRead(tool, { ...args, project_id: few });
      const large = await entriesRead(tool, { ...args, project_id: many });
      expect(small, tool).toBeGreaterThan(0);
      expect(large / small, `${tool}: ${small} and ${large} entries`).toBeLessThanOrEqual(1.5);
    }
  }, 240_000);
});
