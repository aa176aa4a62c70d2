import { expect, it } from "vitest";
import { CREW, useCrew } from "./crew.js";

const crew = useCrew();

it("a repeated call under one idempotency_key, from all at once, writes once and answers all alike", async () => {
  const { id: project_id } = await crew.call("board_create_project", { name: "Race" });
  const args = { project_id, title: "Once", idempotency_key: "the-same" };
  const answers = await Promise.all(crew.agents.map(({ call }) => call("board_create_task", args)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await crew.find("tasks", "project_id", project_id)).toHaveLength(1);
  const entries = await crew.find("activity_log", "project_id", project_id);
  expect(entries.filter(({ task_id }) => task_id !== null)).toHaveLength(1);
});

it("token counts that workers report at once add up", async () => {
  const { id: project_id } = await crew.call("board_create_project", { name: "Race" });
  const { session_id: sessionId } = await crew.call("board_create_session", { project_id });
  const REPORTS = 5;
  await Promise.all(
    crew.agents.map(async ({ call }) => {
      for (let at = 0; at < REPORTS; at += 1)
        expect(await call("sessionUpdate", { sessionId, inputTokens: 3, outputTokens: 1 })).toHaveProperty("sessionId");
    }),
  );
  const session = (await crew.store.ref("sessions", sessionId).get()).data();
  expect(session).toMatchObject({ input_tokens: 3 * REPORTS * CREW, output_tokens: REPORTS * CREW, cached_tokens: 0 });
});
