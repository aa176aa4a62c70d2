import { describe, expect, it } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { outcomeOf } from "../support/client.js";
import { nastyArguments } from "../support/hostile.js";
import { TELLS_THREAD_TIME, useWatchedServer } from "../support/watched-server.js";

/*
 * Every value that is nasty in every argument of every tool; event-loop.test.ts has what is heavy by design, but
 * for the largest plan: its 3.6 MB are one commit of the engine, which takes 90 ms on an idle machine and more on a
 * busy one.
 */
describe.runIf(TELLS_THREAD_TIME)("the event loop of a server", () => {
  const server = useWatchedServer();

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))("is not held by hostile calls of %s", async (name, tool) => {
    const { agent, ids, stallsOf } = server();
    expect(
      await stallsOf(async () => {
        for (const args of nastyArguments(tool, ids)) await outcomeOf(agent, name, args);
      }),
    ).toEqual([]);
  });

  it("is not held by 60 tasks of long text", async () => {
    const { agent, ids, stallsOf } = server();
    const tasks = Array.from({ length: 60 }, (_, at) => ({ title: `More ${at}`, description: "日".repeat(20_000) }));
    const args = { project_id: ids.project_id[0], tasks };
    expect(await stallsOf(() => outcomeOf(agent, "board_create_tasks", args))).toEqual([]);
  });
});
