import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, startAgent } from "../support/client.js";
import { sessionIds } from "../support/telemetry.js";
import {
  action,
  beginTurn,
  dialog,
  newSessionId,
  openLog,
  stored,
  storeExampleSession,
  storeLogSession,
} from "../support/turnlog.js";

const board = useBoard();
const history = (args: object = {}) => board.call("sessionlog_query_history", { ...args });

describe("sessionlog_query_history", () => {
  it("answers as the document's example", async () => {
    await storeExampleSession(board.db);
    expect(await history({ agent: "ClaudeCowork", limit: 10, offset: 0 })).toEqual({
      sessions: [
        {
          agent: "ClaudeCowork",
          sessionId: "ClaudeCowork-20260409T120001Z-implement-auth",
          title: "Implement JWT authentication",
          model: "claude-sonnet-4-6",
          started: "2026-04-09T12:00:01Z",
          lastUpdated: "2026-04-09T12:30:00Z",
          status: "completed",
          turnCount: 3,
          filesModifiedCount: 5,
          tags: ["auth", "jwt", "security"],
        },
      ],
      totalCount: 1,
      offset: 0,
      limit: 10,
    });
  });

  it("pages by offset and limit, the last updated first, and counts all", async () => {
    for (let minute = 0; minute < 12; minute += 1)
      await storeLogSession(board.db, `Pager-${minute}`, "Pager", new Date(Date.UTC(2026, 0, 1, 0, minute)));
    const first = await history({ agent: "Pager" });
    expect(first).toMatchObject({ totalCount: 12, offset: 0, limit: 10 });
    expect(sessionIds(first)).toEqual(Array.from({ length: 10 }, (_, at) => `Pager-${11 - at}`));
    expect(sessionIds(await history({ agent: "Pager", offset: 10 }))).toEqual(["Pager-1", "Pager-0"]);
    expect(await history({ agent: "Pager", offset: 99, limit: 1 })).toMatchObject({ sessions: [], totalCount: 12 });
    for (const wrong of [{ limit: 0 }, { limit: 201 }, { offset: -1 }])
      await expect(history(wrong)).toFailWith("invalid_argument");
  });

  it("answers at most 500 KB, and says where it goes on", async () => {
    const writer = board.db.bulkWriter();
    const made = Array.from({ length: 60 }, (_, n) => `Tagger-${String(n).padStart(2, "0")}`);
    for (const [n, id] of made.entries()) {
      const fields = { title: n % 10 === 7 ? 5 : "t", tags: Array(1_000).fill("日".repeat(10 + (n % 3) * 20)) };
      const common = { agent_name: "Tagger", kind: "log", status: "active", updated_at: new Date(n) };
      void writer.create(board.db.doc(`sessions/${id}`), { ...common, ...fields });
    }
    await writer.close();
    const found: string[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const answer = await history({ agent: "Tagger", limit: 200, offset });
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(500_000);
      expect(answer).toMatchObject({ totalCount: 60, limit: 200 });
      expect(answer.truncated).toBe(answer.nextOffset === undefined ? undefined : true);
      found.push(...sessionIds(answer));
      offset = answer.nextOffset;
    }
    expect(found).toEqual(made.filter((_, n) => n % 10 !== 7).reverse());
  });

  it("holds the sessions of every agent and toolset, and follows each change", async () => {
    const { session_id } = await board.call("board_create_session", { project_id: await board.project() });
    const sessionId = await openLog(board, "Mover");
    expect(sessionIds(await history({ limit: 2 }))).toEqual([sessionId, session_id]);
    await beginTurn(board, { sessionId: session_id });
    expect(sessionIds(await history({ limit: 2 }))).toEqual([session_id, sessionId]);
    expect((await history({ agent: "Nobody" })).totalCount).toBe(0);
  });

  it("leaves out a damaged session and names it in a warning", async () => {
    await storeLogSession(board.db, "Broken-1", "Broken", new Date(), { turn_count: "many" });
    expect(await history({ agent: "Broken" })).toMatchObject({
      sessions: [],
      totalCount: 1,
      warnings: [expect.stringContaining("Broken-1")],
    });
  });
});

describe("the current session and turn", () => {
  let other: Agent;
  beforeAll(async () => {
    other = await startAgent(board.database.env);
  });
  afterAll(() => other.close());

  it("are the connection's own", async () => {
    expect(await other.call("sessionlog_current_session")).toEqual({ session: null, turn: null });
    await openLog(board);
    await beginTurn(board);
    expect(await other.call("sessionlog_current_session")).toEqual({ session: null, turn: null });
    await expect(beginTurn(other)).toFailWith("session_not_found");
    await expect(other.call("sessionlog_complete_turn")).toFailWith("session_not_found");
    await openLog(other);
    for (const [tool, args] of [
      ["sessionlog_update_turn", { response: "r" }],
      ["sessionlog_append_dialog", { dialogItems: dialog(1) }],
      ["sessionlog_append_actions", { actions: [action("edit", "a")] }],
      ["sessionlog_complete_turn", {}],
      ["sessionlog_fail_turn", { errorMessage: "e" }],
    ] as const)
      await expect(other.call(tool, args)).toFailWith("turn_not_found");
  });

  it("may be another connection's when ids are given, and giving ids leaves the connection's own as they are", async () => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    const named = { agent: "ClaudeCowork", sessionId, requestId };
    const own = await openLog(other, "Cursor");
    await other.call("sessionlog_append_dialog", { ...named, dialogItems: dialog(1) });
    await other.call("sessionlog_complete_turn", { ...named, response: "from elsewhere" });
    await expect(board.call("sessionlog_append_dialog", { dialogItems: dialog(1) })).toFailWith("turn_immutable");
    expect(await stored(board.db, sessionId, requestId).turn()).toMatchObject({
      response: "from elsewhere",
      dialog_count: 1,
    });
    expect((await other.call("sessionlog_current_session")).session.sessionId).toBe(own);
    await expect(other.call("sessionlog_complete_turn", { sessionId })).toFailWith("turn_not_found");
    await expect(other.call("sessionlog_complete_turn", { sessionId, requestId: "req-x" })).toFailWith(
      "turn_not_found",
    );
  });

  it("become those of a turn that is begun with a given session id", async () => {
    const sessionId = await openLog(board);
    await beginTurn(other, { agent: "ClaudeCowork", sessionId });
    await other.call("sessionlog_complete_turn", { response: "r" });
    expect((await other.call("sessionlog_current_session")).session).toMatchObject({ sessionId, turnCount: 1 });
  });

  it("are found again by a new server after the first was killed in the middle of a turn", async () => {
    const victim = await startAgent(board.database.env);
    const sessionId = await openLog(victim, "Victim");
    const requestId = await beginTurn(victim);
    await victim.call("sessionlog_append_dialog", { dialogItems: dialog(3) });
    await victim.call("sessionlog_append_actions", { actions: [action("edit", "a.ts")] });
    const exited = new Promise((resolve) => {
      victim.client.onclose = () => resolve("closed");
    });
    process.kill(victim.pid, "SIGKILL");
    await exited;

    const successor = await startAgent(board.database.env);
    const [found] = (await successor.call("sessionlog_query_history", { agent: "Victim" })).sessions;
    expect(found).toMatchObject({ sessionId, status: "in_progress", turnCount: 1, filesModifiedCount: 1 });
    const { turn } = await successor.call("sessionlog_current_session", { agent: "Victim", sessionId });
    expect(turn).toMatchObject({ turnRequestId: requestId, status: "in_progress", dialogCount: 3, actionCount: 1 });
    const named = { agent: "Victim", sessionId, requestId };
    await successor.call("sessionlog_append_dialog", { ...named, dialogItems: dialog(2, 3) });
    await successor.call("sessionlog_complete_turn", { ...named, response: "after all" });
    await successor.close();
    const contents = (await stored(board.db, sessionId, requestId).dialog()).map(({ content }) => content);
    expect(contents).toEqual(dialog(5).map(({ content }) => content));
  });

  it("an unknown session id is not found", async () => {
    const sessionId = newSessionId("Nobody");
    await expect(beginTurn(board, { sessionId })).toFailWith("session_not_found");
  });
});

describe("on a server of one project", () => {
  it("a session log belongs to the project, and the history holds nothing else", async () => {
    const [project, elsewhere] = [await board.project(), await board.project()];
    const foreign = await board.call("board_create_session", { project_id: elsewhere });
    const scoped = await startAgent({ ...board.database.env, FIREBOARD_ONLY_PROJECT: project });
    await scoped.call("sessionlog_bootstrap");
    const sessionId = await openLog(scoped, "Scoped");
    await beginTurn(scoped);
    await scoped.call("sessionlog_append_actions", { actions: [action("edit", "a.ts")] });
    await scoped.call("sessionlog_complete_turn");
    expect((await board.stored("sessions", sessionId)).project_id).toBe(project);
    const found = await scoped.call("sessionlog_query_history");
    expect(found).toMatchObject({ sessions: [{ sessionId, filesModifiedCount: 1 }], totalCount: 1 });
    expect((await scoped.call("sessionlog_query_history", { agent: "Scoped" })).totalCount).toBe(1);
    await expect(beginTurn(scoped, { sessionId: foreign.session_id })).toFailWith("session_not_found");
    expect(await scoped.call("sessionlog_close_session")).toMatchObject({ sessionId });
    await scoped.close();
  });
});
