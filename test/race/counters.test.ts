import { expect, it } from "vitest";
import { PROCESSES, useServers } from "./servers.js";

const servers = useServers();

it("a repeated call under one idempotency_key, from all at once, writes once and answers all alike", async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const args = { project_id, title: "Once", idempotency_key: "the-same" };
  const answers = await Promise.all(servers.agents.map(({ call }) => call("board_create_task", args)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await servers.find("tasks", "project_id", project_id)).toHaveLength(1);
  const entries = await servers.find("activity_log", "project_id", project_id);
  expect(entries.filter(({ task_id }) => task_id !== null)).toHaveLength(1);
});

it("token counts that workers report at once add up", async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const { session_id: sessionId } = await servers.call("board_create_session", { project_id });
  const REPORTS = 5;
  await Promise.all(
    servers.agents.map(async ({ call }) => {
      for (let at = 0; at < REPORTS; at += 1)
        expect(await call("sessionUpdate", { sessionId, inputTokens: 3, outputTokens: 1 })).toHaveProperty("sessionId");
    }),
  );
  const session = (await servers.store.ref("sessions", sessionId).get()).data();
  expect(session).toMatchObject({
    input_tokens: 3 * REPORTS * PROCESSES,
    output_tokens: REPORTS * PROCESSES,
    cached_tokens: 0,
  });
});
