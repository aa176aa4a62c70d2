import { type Agent, startAgent } from "../../test/support/client.js";
import { freshDatabase } from "../../test/support/lane.js";

/** A store that benchmarks run on. */
export type StoreName = "embedded" | "emulator";

/** A server on a fresh database with one project of `tasks` open tasks. */
export interface BenchBoard {
  agent: Agent;
  projectId: string;
  /** Starts one more server on the same database; `more` adds settings. */
  another(more?: Record<string, string>): Promise<Agent>;
  close(): Promise<void>;
}

/** A busy machine ends no call, and heartbeats, which take round trips of their own, stay away. */
const SETTINGS = { FIREBOARD_DEADLINE_MS: "60000", FIREBOARD_HEARTBEAT_MS: "600000" };
/** Tasks made in one call. */
const AT_ONCE = 100;
const PRIORITIES = ["critical", "high", "medium", "low"];

/** Starts a server on a fresh database of that store and fills a project through its tools. */
export async function openBoard(store: StoreName, tasks: number): Promise<BenchBoard> {
  const database = await freshDatabase(store);
  const env = { ...database.env, ...SETTINGS };
  const agent = await startAgent(env, "bench");
  const { id: projectId } = await agent.call("board_create_project", { name: "Bench" });
  const rows = Array.from({ length: tasks }, (_, number) => ({
    title: `Task ${number}: make the next part of the product a little better than it was`,
    priority: PRIORITIES[number % PRIORITIES.length],
  }));
  while (rows.length > 0) {
    await agent.call("board_create_tasks", { project_id: projectId, tasks: rows.splice(0, AT_ONCE) });
  }
  return {
    agent,
    projectId,
    another: (more = {}) => startAgent({ ...env, ...more }, "bench"),
    async close() {
      await agent.close();
      await database.remove();
    },
  };
}
