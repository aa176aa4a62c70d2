import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { action, beginTurn, dialog, openLog, TO_THE_SECOND } from "../support/turnlog.js";

const board = useBoard();

describe("the document's ids", () => {
  const open = (sessionId: string, agent: string) =>
    board.call("sessionlog_open_session", { agent, sessionId, title: "T" });

  it.each([
    "ClaudeCowork-20260409T120000Z-implement-auth",
    "Copilot-20260304T113901Z-refactor-session",
    "A-20240229T235959Z-1",
  ])("the session id %s is good", async (sessionId) => {
    expect((await open(sessionId, sessionId.split("-")[0] ?? "")).sessionId).toBe(sessionId);
  });

  it.each([
    ["claudecode-20260409T120000Z-task", "claudecode"],
    ["Copilot-20260304-feature", "Copilot"],
    ["Copilot-20260230T120000Z-no-such-day", "Copilot"],
    ["Copilot-20261301T120000Z-no-such-month", "Copilot"],
    ["Copilot-20260409T240000Z-no-such-hour", "Copilot"],
    ["Copilot-00000409T120000Z-no-such-year", "Copilot"],
    ["Copilot-20260409T120000Z-Upper", "Copilot"],
    ["Copilot-20260409T120000Z-", "Copilot"],
    ["Copilot-20260409T120000Z-a--b", "Copilot"],
    ["Copilot-20260409T120000Z-a\n", "Copilot"],
    ["Copilot-20260409T120000Z-somebody-else", "Cop"],
    ["Copilot-20260409T120000Z-somebody-else", "Cursor"],
    [`Copilot-20260409T120000Z-${"a".repeat(128)}`, "Copilot"],
    ["../20260409T120000Z-a", ".."],
  ])("the session id %j of %s is refused", async (sessionId, agent) => {
    await expect(open(sessionId, agent)).toFailWith("invalid_session_id");
  });

  it.each([
    "request-20260409T120001Z-task",
    "req-20260409-task",
    "req-20260431T120001Z-task",
    "req-20260409T126001Z-x",
    "",
  ])("the request id %j is refused", async (requestId) => {
    await openLog(board);
    const begun = board.call("sessionlog_begin_turn", { requestId, queryTitle: "T", queryText: "" });
    await expect(begun).toFailWith(requestId ? "invalid_request_id" : "invalid_argument");
  });

  it("an id's time is when it began, unless it lies in the future", async () => {
    const past = await open("Cursor-20260409T120001Z-past", "Cursor");
    expect(past.started).toBe("2026-04-09T12:00:01Z");
    const { started } = await open("Cursor-99991231T235959Z-future", "Cursor");
    expect(started).toMatch(TO_THE_SECOND);
    expect(Date.parse(started)).toBeLessThanOrEqual(Date.now());
  });
});

describe("limits", () => {
  const item = { role: "model", content: "c", category: "decision" };
  it.each([
    ["a role", "sessionlog_append_dialog", { dialogItems: [{ ...item, role: "robot" }] }],
    ["a category", "sessionlog_append_dialog", { dialogItems: [{ ...item, category: "thought" }] }],
    ["a time", "sessionlog_append_dialog", { dialogItems: [{ ...item, timestamp: "yesterday" }] }],
    ["a year", "sessionlog_append_dialog", { dialogItems: [{ ...item, timestamp: "0000-04-09T12:00:00Z" }] }],
    ["no item", "sessionlog_append_dialog", { dialogItems: [] }],
    ["501 items", "sessionlog_append_dialog", { dialogItems: dialog(501) }],
    ["9 MB", "sessionlog_append_dialog", { dialogItems: Array(450).fill({ ...item, content: "x".repeat(20_000) }) }],
    ["a long text", "sessionlog_append_dialog", { dialogItems: [{ ...item, content: "x".repeat(20_001) }] }],
    ["an unknown field", "sessionlog_append_dialog", { dialogItems: [{ ...item, kind: "x" }] }],
    ["an action status", "sessionlog_append_actions", { actions: [{ ...action("edit", "a"), status: "done" }] }],
    ["a long path", "sessionlog_append_actions", { actions: [action("edit", "x".repeat(1_001))] }],
    ["a negative count", "sessionlog_update_turn", { tokenCount: -1 }],
    ["101 tags", "sessionlog_update_turn", { tags: Array.from({ length: 101 }, (_, at) => `t${at}`) }],
    ["no message", "sessionlog_fail_turn", { errorMessage: "" }],
  ])("%s is refused, and nothing is written", async (_, tool, args) => {
    const sessionId = await openLog(board);
    await beginTurn(board);
    const before = await board.store.ref("sessions", sessionId).get();
    await expect(board.call(tool, { ...args })).toFailWith("invalid_argument");
    expect((await board.store.ref("sessions", sessionId).get()).updateTime).toEqual(before.updateTime);
    await board.call("sessionlog_complete_turn");
  });

  it("apply to values that accumulate as well", async () => {
    await openLog(board);
    await beginTurn(board);
    const tags = (first: number, count: number) => Array.from({ length: count }, (_, at) => `t${first + at}`);
    await board.call("sessionlog_update_turn", { tags: tags(0, 100), contextList: tags(0, 300) });
    await expect(board.call("sessionlog_update_turn", { tags: ["one more"] })).toFailWith("invalid_argument");
    await expect(board.call("sessionlog_update_turn", { contextList: ["more"] })).toFailWith("invalid_argument");
  });
});
