import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { LEADER, newStoryId, openContextSession, PATIENCE, sessionIds } from "../support/telemetry.js";

const board = useBoard(PATIENCE);

describe("sessionQuery", () => {
  it("finds board sessions, context sessions and those without a kind, and no others", async () => {
    const storyId = newStoryId();
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, story_id: storyId });
    const context = await openContextSession(board, { storyId });
    const base = { story_id: storyId, started_at: new Date("2020-01-01"), ended_at: null, status: "active" };
    await board.db.doc(`sessions/${storyId}-old-client`).set(base);
    for (const kind of ["log", "agent"])
      await board.db.doc(`sessions/${storyId}-${kind}`).set({ ...base, kind, started_at: new Date() });
    const found = await board.call("sessionQuery", { storyId, limit: 2 });
    expect(sessionIds(found)).toEqual([context, session_id]);
    expect(sessionIds(await board.call("sessionQuery", { storyId }))).toEqual([
      context,
      session_id,
      `${storyId}-old-client`,
    ]);
  });

  it("orders by start, the latest first, then by id, and pages by offset", async () => {
    const storyId = newStoryId();
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
    const made: string[] = [];
    for (const second of [3, 1, 2, 2, 2])
      made.push(await openContextSession(board, { storyId, startedAt: at(second) }));
    const same = made.slice(2).sort().reverse();
    const expected = [made[0], ...same, made[1]];
    expect(sessionIds(await board.call("sessionQuery", { storyId }))).toEqual(expected);
    for (const offset of [0, 1, 3, 4, 5, 100])
      expect(sessionIds(await board.call("sessionQuery", { storyId, limit: 2, offset }))).toEqual(
        expected.slice(offset, offset + 2),
      );
  });

  it("answers at most 500 KB, and says where it goes on", async () => {
    const storyId = newStoryId();
    const writer = board.db.bulkWriter();
    const long = "日".repeat(300);
    const made = Array.from({ length: 400 }, (_, n) => `${storyId}-${String(n).padStart(3, "0")}`);
    for (const [n, id] of made.entries()) {
      // Some cannot be read; the row of the first one is larger than any can be that we wrote.
      const fields = { agent_name: n === 399 ? "日".repeat(200_000) : long, phase: n % 50 === 7 ? 5 : long };
      const common = { story_id: storyId, kind: "context", status: "active", started_at: new Date(n) };
      void writer.create(board.db.doc(`sessions/${id}`), { ...common, ...fields });
    }
    await writer.close();
    const found: string[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const answer = await board.call("sessionQuery", { storyId, limit: 1_000, offset });
      if (offset > 0) expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(500_000);
      expect(answer.truncated).toBe(answer.nextOffset === undefined ? undefined : true);
      found.push(...sessionIds(answer));
      offset = answer.nextOffset;
    }
    expect(found).toEqual(made.filter((_, n) => n % 50 !== 7).reverse());
  });

  it("filters by agent, story and activity, together", async () => {
    const storyId = newStoryId();
    const mine = await openContextSession(board, { storyId });
    const ended = await openContextSession(board, { storyId });
    await board.call("sessionComplete", { sessionId: ended });
    const other = await openContextSession(board, { storyId, agentName: "other-leader" });
    const query = async (args: object) => sessionIds(await board.call("sessionQuery", { storyId, ...args })).sort();
    expect(await query({})).toEqual([mine, ended, other].sort());
    expect(await query({ activeOnly: true })).toEqual([mine, other].sort());
    expect(await query({ agentName: LEADER })).toEqual([mine, ended].sort());
    expect(await query({ agentName: LEADER, activeOnly: true })).toEqual([mine]);
    expect(await board.call("sessionQuery", { storyId: newStoryId() })).toEqual({ sessions: [] });
  });

  it("finds sessions that come after any number of other toolsets' sessions", async () => {
    const agentName = newStoryId();
    for (let from = 0; from < 1_200; from += 400) {
      const batch = board.db.batch();
      for (let at = from; at < from + 400; at += 1)
        batch.set(board.db.doc(`sessions/${agentName}-${at}`), {
          kind: "log",
          agent_name: agentName,
          started_at: new Date(),
        });
      await batch.commit();
    }
    const oldest = [
      await openContextSession(board, { agentName, startedAt: "2025-01-02T00:00:00Z" }),
      await openContextSession(board, { agentName, startedAt: "2025-01-01T00:00:00Z" }),
    ];
    expect(sessionIds(await board.call("sessionQuery", { agentName, limit: 5 }))).toEqual(oldest);
    expect(sessionIds(await board.call("sessionQuery", { agentName, limit: 5, offset: 1 }))).toEqual(oldest.slice(1));
  });

  it("names a document that it cannot read", async () => {
    const storyId = newStoryId();
    const good = await openContextSession(board, { storyId });
    const bad = { story_id: storyId, started_at: new Date(), kind: "context", input_tokens: "many" };
    await board.db.doc(`sessions/${storyId}-bad`).set(bad);
    const found = await board.call("sessionQuery", { storyId });
    expect(sessionIds(found)).toEqual([good]);
    expect(found.warnings).toEqual([expect.stringContaining(`${storyId}-bad`)]);
  });

  it.each([
    ["sessionId, as its document says", { sessionId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }],
    ["limit 0", { limit: 0 }],
    ["limit 1001", { limit: 1_001 }],
    ["a negative offset", { offset: -1 }],
  ])("refuses %s", async (_, args) => {
    await expect(board.call("sessionQuery", args)).toFailWith("invalid_argument");
  });
});
