import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { type Agent, startAgent } from "./client.js";
import type { KnownIds } from "./hostile.js";
import { freshDatabase, type TestDatabase } from "./lane.js";
import { ROOT } from "./repository.js";

/** Whether this machine tells how long a thread was on a processor (Linux). */
export const TELLS_THREAD_TIME = existsSync("/proc/self/task");

/** A server with 300 tasks of long text, whose stalls are counted. */
export interface WatchedServer {
  agent: Agent;
  ids: KnownIds;
  /** The stalls of its event loop during `work`, in milliseconds of its own time on a processor (count-stalls.mjs). */
  stallsOf(work: () => Promise<unknown>): Promise<number[]>;
}

/** Gives what returns the server that the tests of this file share. */
export function useWatchedServer(): () => WatchedServer {
  const folder = mkdtempSync(join(tmpdir(), "fireboard-stalls-"));
  const file = join(folder, "stalls");
  let database: TestDatabase;
  let watched: WatchedServer;

  beforeAll(async () => {
    writeFileSync(file, "");
    database = await freshDatabase();
    const preload = pathToFileURL(join(ROOT, "test/support/count-stalls.mjs")).href;
    const agent = await startAgent({ ...database.env, NODE_OPTIONS: `--import ${preload}`, STALLS_FILE: file });
    watched = { agent, ids: await fillBoard(agent), stallsOf };
  });
  afterAll(async () => {
    await watched?.agent.close();
    await database?.remove();
    rmSync(folder, { recursive: true });
  });
  return () => watched;

  async function stallsOf(work: () => Promise<unknown>): Promise<number[]> {
    const before = readFileSync(file, "utf8").length;
    await work();
    return readFileSync(file, "utf8").slice(before).split("\n").filter(Boolean).map(Number);
  }
}

async function fillBoard(agent: Agent): Promise<KnownIds> {
  const { id: project_id } = await agent.call("board_create_project", { name: "P" });
  const description = "words of many kinds, ".repeat(1_500);
  for (let batch = 0; batch < 3; batch++) {
    const tasks = Array.from({ length: 100 }, (_, at) => ({ title: `Task ${batch}-${at}`, description }));
    await agent.call("board_create_tasks", { project_id, tasks });
  }
  const { tasks } = await agent.call("board_get_tasks", { project_id, limit: 3 });
  const { session_id } = await agent.call("board_create_session", { project_id, agent_name: "a" });
  // The first search makes the text index.
  await agent.call("board_search", { query: "words", project_id });
  return { project_id: [project_id], task_id: tasks.map(({ id }: { id: string }) => id), session_id: [session_id] };
}
