import { randomUUID } from "node:crypto";
import { ProgressNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { cleanUpSessions } from "../../src/board/telemetry/cleanup.js";
import { daysAgo, endedSession, storeSession, tree } from "../support/archive.js";
import { useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import { startAgent } from "../support/client.js";
import { PATIENCE } from "../support/telemetry.js";

const board = useBoard(PATIENCE);

/** A clean-up works on all sessions, so each test begins without any. */
beforeEach(async () => {
  const { db } = board;
  for (const name of ["sessions", "sessions_archive"]) await db.recursiveDelete(db.collection(name));
});

const store = (id: string, fields: Record<string, unknown>, size?: { turns?: number; items?: number }) =>
  storeSession(board.db, id, fields, size);

describe("sessionCleanup", () => {
  it("moves sessions that ended before the cutoff, unchanged, with their turns and everything in them", async () => {
    await store("old", { ...endedSession(91), metadata: { a: [1, null] }, tags: ["x"] }, { turns: 3, items: 2 });
    await store("older", endedSession(400));
    await store("recent", endedSession(89), { turns: 1 });
    const before = await tree(board.db, "sessions");
    const answer = await board.call("sessionCleanup");
    expect(answer).toEqual({ count: 2, remaining: 0, dryRun: false, cutoffDate: expect.any(String) });
    const ninetyDays = Date.now() - Date.parse(answer.cutoffDate) - 90 * 24 * 60 * 60_000;
    expect(Math.abs(ninetyDays)).toBeLessThan(60_000);
    const [left, archived] = [await tree(board.db, "sessions"), await tree(board.db, "sessions_archive")];
    expect([...left.keys()].sort()).toEqual(["recent", "recent/turns/req-0"]);
    expect(archived.size).toBe(2 + 3 + 3 * 2 * 2);
    expect(new Map([...left, ...archived])).toEqual(before);
    expect(await board.call("sessionCleanup")).toMatchObject({ count: 0, remaining: 0 });
  });

  it("never touches board, log and active sessions, nor those whose fields contradict each other", async () => {
    const old = endedSession(500);
    await store("board", { ...old, kind: "board" }, { turns: 1 });
    await store("no-kind", { status: "completed", started_at: daysAgo(500), ended_at: daysAgo(500) });
    await store("log", { ...old, kind: "log" });
    await store("active", { ...old, status: "active", ended_at: null });
    await store("edited", { ...old, status: "active" });
    const before = await tree(board.db, "sessions");
    expect(await board.call("sessionCleanup", { retentionDays: 1 })).toMatchObject({ count: 0, remaining: 1 });
    expect(await tree(board.db, "sessions")).toEqual(before);
    expect((await tree(board.db, "sessions_archive")).size).toBe(0);
  });

  it("counts and moves nothing in a dry run", async () => {
    for (const days of [5, 50, 500]) await store(`s-${days}`, endedSession(days));
    const before = await tree(board.db, "sessions");
    const dry = await board.call("sessionCleanup", { retentionDays: 10, dryRun: true });
    expect(dry).toMatchObject({ count: 2, remaining: 2, dryRun: true });
    expect(await tree(board.db, "sessions")).toEqual(before);
    expect(await board.call("sessionCleanup", { retentionDays: 10 })).toMatchObject({ count: 2, remaining: 0 });
  });

  it("cleans up sessions that the tools made", async () => {
    const { sessionId } = await board.call("sessionCreate", { agentName: "leader", startedAt: "2025-01-01T00:00:00Z" });
    await board.call("sessionUpdate", { sessionId, inputTokens: 5 });
    await board.call("sessionComplete", { sessionId, endedAt: "2025-01-02T00:00:00Z" });
    expect(await board.call("sessionCleanup")).toMatchObject({ count: 1 });
    expect(await board.call("sessionQuery")).toEqual({ sessions: [] });
    expect((await board.store.ref("sessions_archive", sessionId).get()).data()).toMatchObject({ input_tokens: 5 });
    const again = board.call("sessionCreate", { agentName: "leader", sessionId });
    expect(await again).toEqual({ session: null, reason: "session_exists" });
  });

  it("moves more than one batch, and reports progress to a client that asked for it", async () => {
    for (let at = 0; at < 45; at += 1) await store(`many-${at}`, endedSession(100 + at));
    const seen: [number, number | undefined][] = [];
    board.agent.client.setNotificationHandler(ProgressNotificationSchema, ({ params }) => {
      seen.push([params.progress, params.total]);
    });
    const request = { name: "sessionCleanup", arguments: {} };
    const quiet = await board.agent.client.callTool({ ...request, arguments: { dryRun: true } });
    expect([quiet.isError, seen]).toEqual([undefined, []]);
    const result = await board.agent.client.callTool({ ...request, _meta: { progressToken: "here" } });
    expect(result.structuredContent).toMatchObject({ count: 45, remaining: 0 });
    expect(seen).toEqual([
      [10, 45],
      [20, 45],
      [30, 45],
      [40, 45],
      [45, 45],
    ]);
  });

  it("moves a session that is larger than a commit may be", async () => {
    const id = randomUUID();
    await store(id, endedSession(100), { turns: 1 });
    const dialog = board.db.doc(`sessions/${id}`).collection("turns").doc("req-0").collection("dialog");
    const content = "é".repeat(450_000);
    for (let at = 0; at < 14; at += 1) await dialog.doc(`d-${at}`).set({ content });
    expect(await board.call("sessionCleanup")).toMatchObject({ count: 1, remaining: 0 });
    expect((await tree(board.db, "sessions")).size).toBe(0);
    expect((await tree(board.db, "sessions_archive")).size).toBe(2 + 14);
  });

  it("two at once move each session once", async () => {
    for (let at = 0; at < 12; at += 1) await store(`both-${at}`, endedSession(100 + at), { turns: 1, items: 1 });
    const answers = await Promise.all([board.call("sessionCleanup"), board.call("sessionCleanup")]);
    const left = await board.call("sessionCleanup");
    expect(answers[0].count + answers[1].count + left.count).toBe(12);
    expect((await tree(board.db, "sessions")).size).toBe(0);
    expect((await tree(board.db, "sessions_archive")).size).toBe(12 * 4);
  });

  it("stops before its deadline, even inside a session, says how many are left and continues when called again", async () => {
    for (let at = 0; at < 12; at += 1) await store(`slow-${at}`, endedSession(100 + at), { turns: 2, items: 1 });
    const counts: number[] = [];
    for (let left = 12; left > 0; ) {
      // The clock moves by a second each time it is read; the deadline is thirty seconds away.
      let time = Date.now();
      const now = () => {
        time += 1_000;
        return new Date(time);
      };
      const call = { ...callOn(board.store), now, deadline: new Date(time + 30_000) };
      const { count, remaining } = await cleanUpSessions(call, { retentionDays: 90, dryRun: false });
      expect(remaining).toBe(left - count);
      counts.push(count);
      left -= count;
    }
    expect(counts.length).toBeGreaterThan(2);
    expect((await tree(board.db, "sessions")).size).toBe(0);
    expect((await tree(board.db, "sessions_archive")).size).toBe(12 * (1 + 2 + 2 * 2));
  });

  it("on a server of one project, moves the sessions of that project alone", async () => {
    const [project_id, other] = [await board.project(), await board.project()];
    await store("mine", { ...endedSession(100), project_id }, { turns: 1 });
    await store("theirs", { ...endedSession(100), project_id: other });
    await store("without-project", { ...endedSession(100), project_id: null });
    const agent = await startAgent({ ...board.database.env, ...PATIENCE, FIREBOARD_ONLY_PROJECT: project_id });
    onTestFinished(() => agent.close());
    expect(await agent.call("sessionCleanup", { dryRun: true })).toMatchObject({ count: 1, remaining: 1 });
    expect(await agent.call("sessionCleanup")).toMatchObject({ count: 1, remaining: 0 });
    expect([...(await tree(board.db, "sessions")).keys()].sort()).toEqual(["theirs", "without-project"]);
    expect([...(await tree(board.db, "sessions_archive")).keys()]).toEqual(["mine", "mine/turns/req-0"]);
    const { sessionId } = await agent.call("sessionCreate", { agentName: "leader" });
    expect(await board.stored("sessions", sessionId)).toMatchObject({ project_id });
    expect((await agent.call("sessionQuery")).sessions).toMatchObject([{ sessionId }]);
    await expect(agent.call("sessionUpdate", { sessionId: "theirs", inputTokens: 1 })).toFailWith("session_not_found");
  });

  it.each([[{ retentionDays: 0 }], [{ retentionDays: 1.5 }], [{ retentionDays: 1e9 }], [{ days: 1 }]])(
    "refuses %o",
    async (args) => {
      await expect(board.call("sessionCleanup", args)).toFailWith("invalid_argument");
    },
  );
});
