import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { type Agent, outcomeOf, startAgent } from "../support/client.js";
import { type KnownIds, nastyArguments } from "../support/hostile.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { ROOT } from "../support/repository.js";

/**
 * No operation may hold the event loop for more than 100 ms, or heartbeats, deadlines and other calls wait for it. Stalls
 * are counted in the server's own processor time; see count-stalls.mjs.
 */
describe.runIf(existsSync("/proc/self/task"))("the event loop of a server", () => {
  const folder = mkdtempSync(join(tmpdir(), "fireboard-stalls-"));
  const file = join(folder, "stalls");
  let database: TestDatabase;
  let agent: Agent;
  let ids: KnownIds;

  beforeAll(async () => {
    writeFileSync(file, "");
    database = await freshDatabase();
    const preload = pathToFileURL(join(ROOT, "test/support/count-stalls.mjs")).href;
    agent = await startAgent({ ...database.env, NODE_OPTIONS: `--import ${preload}`, STALLS_FILE: file });
    const project = await agent.call("board_create_project", { name: "P" });
    const { id: project_id } = project;
    const description = "words of many kinds, ".repeat(1_500);
    for (let batch = 0; batch < 3; batch++) {
      const tasks = Array.from({ length: 100 }, (_, at) => ({ title: `Task ${batch}-${at}`, description }));
      await agent.call("board_create_tasks", { project_id, tasks });
    }
    const { tasks } = await agent.call("board_get_tasks", { project_id, limit: 3 });
    const { session_id } = await agent.call("board_create_session", { project_id, agent_name: "a" });
    ids = { project_id: [project_id], task_id: tasks.map(({ id }: { id: string }) => id), session_id: [session_id] };
    // The first search makes the text index.
    await agent.call("board_search", { query: "words", project_id });
  });
  afterAll(async () => {
    await agent?.close();
    await database?.remove();
    rmSync(folder, { recursive: true });
  });

  /** The stalls during `work`, in milliseconds. */
  async function stallsOf(work: () => Promise<unknown>): Promise<number[]> {
    const before = readFileSync(file, "utf8").length;
    await work();
    return readFileSync(file, "utf8").slice(before).split("\n").filter(Boolean).map(Number);
  }

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))("is not held by hostile calls of %s", async (name, tool) => {
    expect(
      await stallsOf(async () => {
        for (const args of nastyArguments(tool, ids)) await outcomeOf(agent, name, args);
      }),
    ).toEqual([]);
  });

  const ofProject = () => ({ project_id: ids.project_id[0] });
  const plan = (count: number, description: string) =>
    Array.from({ length: count }, (_, at) => ({ title: `More ${at}`, description }));
  const letters = Array.from({ length: 250 }, (_, at) => String.fromCharCode(97 + (at % 26))).join(" ");
  const [project_id, long] = ["x".repeat(20), "日".repeat(20_000)];
  it.each<[what: string, tool: string, args: () => Record<string, unknown>]>([
    ["a search of 250 letters", "board_search", () => ({ query: letters })],
    ["a search of misspelt words", "board_search", () => ({ query: "wrods of mnay knids ".repeat(20) })],
    ["the whole text of 100 tasks", "board_get_tasks", () => ({ ...ofProject(), detail: "full", limit: 100 })],
    ["a handoff of 300 tasks", "board_get_handoff", ofProject],
    ["all that an agent may need", "session_init", () => ({ ...ofProject(), agent_id: "b", scope: "full" })],
    ["60 tasks of long text", "board_create_tasks", () => ({ ...ofProject(), tasks: plan(60, long) })],
    ["a plan that nobody has a project for", "board_create_tasks", () => ({ project_id, tasks: plan(60, long) })],
    ["far too many tasks", "board_create_tasks", () => ({ ...ofProject(), tasks: plan(20_000, "d") })],
    ["a text of 4 MB", "board_log_activity", () => ({ ...ofProject(), action: "a", details: "x".repeat(4_000_000) })],
  ])("is not held by %s", async (_, tool, args) => {
    expect(await stallsOf(() => outcomeOf(agent, tool, args()))).toEqual([]);
  });
});
