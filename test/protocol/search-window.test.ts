import { expect, it } from "vitest";
import { startAgent } from "../support/client.js";
import { startEmbeddedEmulator } from "../support/embedded-emulator.js";

it("a search on a store without a text index looks at the latest of each kind, and says so", async () => {
  const env = { FIRESTORE_EMULATOR_HOST: await startEmbeddedEmulator(), FIREBOARD_SEARCH_WINDOW: "3" };
  const agent = await startAgent(env);
  const { id: project_id } = await agent.call("board_create_project", { name: "p" });
  const tasks: string[] = [];
  for (const at of [0, 1, 2, 3])
    tasks.push((await agent.call("board_create_task", { project_id, title: `windowed ${at}` })).id);
  await agent.call("board_create_session", { project_id });
  const found = await agent.call("board_search", { query: "windowed", project_id, kinds: ["task", "session"] });
  expect(found).toMatchObject({
    looked_at: { task: 3, session: 1 },
    of: { task: 4, session: 1 },
    truncated: { task: true, session: false },
  });
  expect(found.hits.map(({ id }: { id: string }) => id).sort()).toEqual(tasks.slice(1).sort());
  await agent.close();
});
