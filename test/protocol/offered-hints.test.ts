import { expect, it } from "vitest";
import { startAgent } from "../support/client.js";
import { freshDatabase } from "../support/lane.js";

it("a hint names no tool that the server does not offer", async () => {
  const database = await freshDatabase();
  const agent = await startAgent({ ...database.env, FIREBOARD_TOOLS: "board_get_task,board_get_handoff" });
  const missing = agent.call("board_get_task", { task_id: "nope" });
  await expect(missing).rejects.toMatchObject({
    code: "task_not_found",
    hint: "This server offers no call that repairs it.",
  });
  const unknown = agent.call("board_get_task", { task_id: "nope", colour: "red" });
  await expect(unknown).rejects.toMatchObject({ hint: "Arguments of board_get_task: task_id." });
  await agent.close();
  await database.remove();
});
