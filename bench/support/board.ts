import { type Agent, startAgent } from "../../test/support/client.js";
import { freshDatabase } from "../../test/support/lane.js";

/** A store that benchmarks run on. */
export type StoreName = "embedded" | "emulator";

/** A server on a fresh database with one project of `tasks` open tasks. */
export interface BenchBoard {
  agent: Agent;
  projectId: string;
  /** Starts one more server on the same database. */
  another(): Promise<Agent>;
  close(): Promise<void>;
}

const PRIORITIES = ["critical", "high", "medium", "low"];

/** Starts a server on a fresh database of that store and fills a project through its tools. */
export async function openBoard(store: StoreName, tasks: number): Promise<BenchBoard> {
  const database = await freshDatabase(store);
  const agent = await startAgent(database.env, "bench");
  const { id: projectId } = await agent.call("board_create_project", { name: "Bench" });
  for (let number = 0; number < tasks; number += 1) {
    await agent.call("board_create_task", {
      project_id: projectId,
      title: `Task ${number}: make the next part of the product a little better than it was`,
      priority: PRIORITIES[number % PRIORITIES.length],
    });
  }
  return {
    agent,
    projectId,
    another: () => startAgent(database.env, "bench"),
    async close() {
      await agent.close();
      await database.remove();
    },
  };
}
