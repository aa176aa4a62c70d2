import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { PATIENCE } from "../support/telemetry.js";

const board = useBoard(PATIENCE);

it("tokens of each session, and sums per project and per story over all pages", async () => {
  const [projectId, story_id] = [await board.project(), `S-${randomUUID()}`];
  const opened = await board.call("board_create_session", { project_id: projectId, story_id, agent_name: "ann" });
  const context = await board.call("sessionCreate", { agentName: "ben", projectId, storyId: story_id });
  const elsewhere = await board.call("sessionCreate", { agentName: "ben", storyId: story_id });
  const tokens = { inputTokens: 100, outputTokens: 20, cachedTokens: 3 };
  for (const sessionId of [opened.session_id, context.sessionId, elsewhere.sessionId])
    await board.call("sessionUpdate", { sessionId, ...tokens });
  await board.store.ref("sessions", context.sessionId).update({ cost_usd: 0.25 });
  const silent = { project_id: projectId, started_at: new Date(), status: "completed", ended_at: new Date() };
  await board.db.doc(`sessions/${randomUUID()}`).set(silent);

  const sum = async (args: object) => (await board.call("board_get_sessions", { limit: 1, ...args })).totals;
  const times = (n: number, cost_usd: number) => ({
    input_tokens: 100 * n,
    output_tokens: 20 * n,
    cached_tokens: 3 * n,
    cost_usd,
  });
  expect(await sum({ project_id: projectId })).toEqual(times(2, 0.25));
  expect(await sum({ story_id })).toEqual(times(3, 0.25));
  expect(await sum({ story_id, agent_name: "ben" })).toEqual(times(2, 0.25));
  expect(await sum({ story_id, project_id: projectId, status: "active", agent_name: "ann" })).toEqual(times(1, 0));
  expect(await sum({ project_id: await board.project() })).toEqual(times(0, 0));
  expect(await sum({})).toEqual(times(3, 0.25));

  const { sessions, next_cursor } = await board.call("board_get_sessions", { story_id, limit: 2 });
  expect(ids(sessions)).toEqual([elsewhere.sessionId, context.sessionId]);
  expect(sessions[0]).toMatchObject({ input_tokens: 100, output_tokens: 20, cached_tokens: 3, story_id });
  const rest = await board.call("board_get_sessions", { story_id, limit: 2, cursor: next_cursor });
  expect(rest).toMatchObject({ sessions: [{ id: opened.session_id }], totals: times(3, 0.25), next_cursor: null });
  expect(await board.call("board_get_session", { session_id: opened.session_id })).toMatchObject({
    input_tokens: 100,
    output_tokens: 20,
    cached_tokens: 3,
  });
});
