import { describe, expect, it } from "vitest";
import { PROCESSES, useServers } from "./servers.js";

const servers = useServers();
const ROUNDS = 4;

describe("searches while others write", () => {
  it("each process finds what each has been told is written, at the top", async () => {
    const { id: project_id } = await servers.call("board_create_project", { name: "p" });
    for (let round = 0; round < ROUNDS; round += 1) {
      const written = await Promise.all(
        servers.agents.map(async (agent, at) => {
          const title = `subject number${at} of round${round}`;
          return { title, id: (await agent.call("board_create_task", { project_id, title })).id };
        }),
      );
      // Half of the processes search while the others change something else.
      const missed = await Promise.all(
        servers.agents.map(async (agent, at) => {
          if (at % 2 === 1) {
            await agent.call("board_create_task", { project_id, title: `noise ${round}` });
            return [];
          }
          const missing: string[] = [];
          for (const { title, id } of written) {
            const { hits } = await agent.call("board_search", { query: title, project_id, limit: 3 });
            if (!hits.some((hit: { id: string }) => hit.id === id)) missing.push(title);
          }
          return missing;
        }),
      );
      expect(missed.flat()).toEqual([]);
    }
    const { of, truncated } = await servers.call("board_search", { query: "subject", project_id, kinds: ["task"] });
    expect(of.task).toBe(ROUNDS * PROCESSES * 1.5);
    expect(truncated.task).toBe(false);
  });
});
