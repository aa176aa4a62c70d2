import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { findSession, LEADER, newStoryId, openContextSession, PATIENCE } from "../support/telemetry.js";

const board = useBoard(PATIENCE);

describe("sessionUpdate", () => {
  it("adds by default, also to the tokens given at the start", async () => {
    const sessionId = await openContextSession(board, { inputTokens: 100 });
    const first = { sessionId, mode: "incremental", inputTokens: 8_500, outputTokens: 2_100, cachedTokens: 400 };
    expect(await board.call("sessionUpdate", first)).toMatchObject({
      sessionId,
      agentName: LEADER,
      inputTokens: 8_600,
      outputTokens: 2_100,
      cachedTokens: 400,
      endedAt: null,
    });
    const row = await board.call("sessionUpdate", { sessionId, inputTokens: 12_000, outputTokens: 3_500 });
    expect(row).toMatchObject({ inputTokens: 20_600, outputTokens: 5_600, cachedTokens: 400 });
    const { sessions } = await board.call("sessionQuery", { agentName: LEADER, activeOnly: true, limit: 1_000 });
    expect(findSession({ sessions }, sessionId)).toEqual(row);
  });

  it("sets the given tokens in absolute mode, and leaves the others", async () => {
    const sessionId = await openContextSession(board, { inputTokens: 7, outputTokens: 8, cachedTokens: 9 });
    const row = await board.call("sessionUpdate", { sessionId, mode: "absolute", inputTokens: 0, cachedTokens: 5 });
    expect(row).toMatchObject({ inputTokens: 0, outputTokens: 8, cachedTokens: 5 });
    expect(await board.stored("sessions", sessionId)).toMatchObject({ input_tokens: 0, output_tokens: 8 });
  });

  it("writes nothing when no tokens are given", async () => {
    const sessionId = await openContextSession(board);
    const before = await board.store.ref("sessions", sessionId).get();
    for (const mode of ["incremental", "absolute"])
      expect(await board.call("sessionUpdate", { sessionId, mode })).toMatchObject({ sessionId });
    await board.call("sessionUpdate", { sessionId, inputTokens: 0 });
    expect((await board.store.ref("sessions", sessionId).get()).updateTime).toEqual(before.updateTime);
  });

  it("takes the tokens of a leader's board session", async () => {
    const { session_id } = await board.call("board_create_session", { project_id: await board.project() });
    const row = await board.call("sessionUpdate", { sessionId: session_id, inputTokens: 5 });
    expect(row).toMatchObject({ sessionId: session_id, inputTokens: 5, agentName: null });
    expect((await board.call("board_get_session", { session_id })).input_tokens).toBe(5);
  });

  it("refuses a missing and an ended session in both modes", async () => {
    const ended = await openContextSession(board);
    await board.call("sessionComplete", { sessionId: ended });
    for (const mode of ["incremental", "absolute"]) {
      const update = (sessionId: string) => board.call("sessionUpdate", { sessionId, mode, inputTokens: 1 });
      await expect(update(randomUUID())).toFailWith("session_not_found");
      await expect(update(ended)).toFailWith("session_not_active");
    }
    expect((await board.stored("sessions", ended)).input_tokens).toBe(0);
  });

  it("writes no activity", async () => {
    const project_id = await board.project();
    const before = (await board.entries(project_id)).length;
    const sessionId = await openContextSession(board, { projectId: project_id });
    await board.call("sessionUpdate", { sessionId, inputTokens: 1 });
    await board.call("sessionComplete", { sessionId });
    expect(await board.entries(project_id)).toHaveLength(before);
  });
});

describe("sessionComplete", () => {
  it("ends the session, now or at the time given, and sets final tokens", async () => {
    const sessionId = await openContextSession(board, { inputTokens: 5, outputTokens: 6 });
    const row = await board.call("sessionComplete", { sessionId, agentName: LEADER, inputTokens: 50 });
    expect(row).toMatchObject({ sessionId, inputTokens: 50, outputTokens: 6, endedAt: row.updatedAt });
    expect(await board.stored("sessions", sessionId)).toMatchObject({ status: "completed", input_tokens: 50 });
    const earlier = await openContextSession(board, { startedAt: "2026-03-04T05:00:00Z" });
    const endedAt = "2026-03-04T05:06:07.000Z";
    expect((await board.call("sessionComplete", { sessionId: earlier, endedAt })).endedAt).toBe(endedAt);
  });

  it("refuses a second completion and a missing session, and changes nothing", async () => {
    const sessionId = await openContextSession(board);
    await board.call("sessionComplete", { sessionId });
    const after = await board.stored("sessions", sessionId);
    await expect(board.call("sessionComplete", { sessionId, inputTokens: 9 })).toFailWith("session_not_active");
    expect(await board.stored("sessions", sessionId)).toEqual(after);
    await expect(board.call("sessionComplete", { sessionId: randomUUID() })).toFailWith("session_not_found");
  });

  it("refuses a worker, and does not name the argument that overrides the guard", async () => {
    const sessionId = await openContextSession(board);
    const worker = board.call("sessionComplete", { sessionId, agentName: "dev-worker-1" });
    await expect(worker).toFailWith("guard_refused");
    await expect(worker).rejects.not.toMatchObject({ hint: expect.stringContaining("agentName") });
    expect((await board.stored("sessions", sessionId)).status).toBe("active");
    expect(await board.call("sessionUpdate", { sessionId, inputTokens: 1 })).toMatchObject({ inputTokens: 1 });
  });

  it("refuses the sessions of other toolsets", async () => {
    const { session_id } = await board.call("board_create_session", { project_id: await board.project() });
    await expect(board.call("sessionComplete", { sessionId: session_id })).toFailWith("guard_refused");
    expect((await board.stored("sessions", session_id)).status).toBe("active");
  });
});

describe("idempotency_key", () => {
  it.each(["incremental", "absolute"])("an update (%s) that is repeated counts once", async (mode) => {
    const sessionId = await openContextSession(board, { inputTokens: 10 });
    const update = { sessionId, mode, inputTokens: 5, idempotency_key: `key-${sessionId}` };
    const [first, beside] = await Promise.all([
      board.call("sessionUpdate", update),
      board.call("sessionUpdate", update),
    ]);
    expect(beside).toEqual(first);
    expect(await board.call("sessionUpdate", update)).toEqual(first);
    expect((await board.stored("sessions", sessionId)).input_tokens).toBe(mode === "absolute" ? 5 : 15);
    await expect(board.call("sessionUpdate", { ...update, inputTokens: 6 })).toFailWith("conflict");
  });

  it("a creation and a completion that are repeated answer what they answered", async () => {
    const create = { agentName: LEADER, idempotency_key: newStoryId() };
    const row = await board.call("sessionCreate", create);
    expect(await board.call("sessionCreate", create)).toEqual(row);
    const complete = { sessionId: row.sessionId, idempotency_key: newStoryId() };
    const ended = await board.call("sessionComplete", complete);
    expect(await board.call("sessionComplete", complete)).toEqual(ended);
  });
});

describe("the documents' workflow", () => {
  it("a leader opens, workers inherit by id or by story and report, the leader completes", async () => {
    const storyId = newStoryId();
    const created = await board.call("sessionCreate", { agentName: LEADER, storyId, phase: "execute" });
    const byStory = await board.call("sessionQuery", { activeOnly: true, limit: 50, storyId });
    expect(findSession(byStory, created.sessionId)).toEqual(created);
    expect(byStory.sessions[0]).toEqual(created);
    const report = { mode: "incremental", inputTokens: 15_000, outputTokens: 4_200 };
    await board.call("sessionUpdate", { sessionId: created.sessionId, ...report });
    await board.call("sessionUpdate", { sessionId: created.sessionId, ...report, cachedTokens: 800 });
    const ended = await board.call("sessionComplete", { sessionId: created.sessionId });
    expect(ended).toMatchObject({ inputTokens: 30_000, outputTokens: 8_400, cachedTokens: 800 });
    expect(
      findSession(await board.call("sessionQuery", { activeOnly: true, storyId }), ended.sessionId),
    ).toBeUndefined();
  });
});
