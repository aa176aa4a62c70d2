import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import {
  action,
  beginTurn,
  dialog,
  newRequestId,
  newSessionId,
  openLog,
  stored,
  TO_THE_SECOND,
} from "../support/turnlog.js";

const board = useBoard();

describe("a session", () => {
  it("is stored with kind log and opened once", async () => {
    const sessionId = newSessionId();
    const given = { agent: "ClaudeCowork", sessionId, title: "T", model: "m" };
    await board.call("sessionlog_open_session", given);
    expect(await board.stored("sessions", sessionId)).toMatchObject({
      kind: "log",
      agent_name: "ClaudeCowork",
      project_id: null,
      status: "active",
      title: "T",
      model: "m",
      turn_count: 0,
      files_modified_count: 0,
      tags: [],
      ended_at: null,
    });
    await expect(board.call("sessionlog_open_session", given)).toFailWith("session_already_exists");
    expect((await board.call("board_get_session", { session_id: sessionId })).kind).toBe("log");
  });

  it("is shown with its open turn, and closed once that has ended", async () => {
    const sessionId = await openLog(board);
    const current = () => board.call("sessionlog_current_session");
    expect(await current()).toMatchObject({
      session: { sessionId, status: "in_progress", model: "unknown" },
      turn: null,
    });
    const turnRequestId = await beginTurn(board);
    expect((await current()).turn).toMatchObject({ turnRequestId, status: "in_progress", queryTitle: "A turn" });
    const close = () => board.call("sessionlog_close_session", { agent: "ClaudeCowork", sessionId });
    await expect(close()).toFailWith("invalid_turn_state");
    await board.call("sessionlog_complete_turn");
    expect(await close()).toEqual({ sessionId, status: "completed", ended: expect.stringMatching(TO_THE_SECOND) });
    expect(await current()).toEqual({ session: null, turn: null });
    await expect(close()).toFailWith("session_not_found");
    await expect(beginTurn(board)).toFailWith("session_not_found");
    await expect(beginTurn(board, { sessionId })).toFailWith("session_not_found");
  });

  it("of another toolset can have turns, and is ended by the toolset that opened it", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await beginTurn(board, { agent: "AnyAgent", sessionId: session_id });
    await board.call("sessionlog_append_actions", { actions: [action("edit", "a.ts")] });
    await board.call("sessionlog_complete_turn", { response: "done" });
    expect(await board.call("board_get_session", { session_id })).toMatchObject({
      turn_count: 1,
      files_modified_count: 1,
    });
    const close = board.call("sessionlog_close_session", { sessionId: session_id });
    await expect(close).toFailWith("session_not_found");
    expect((await board.entries(project_id)).map((entry) => entry.action)).toEqual(["created", "session_started"]);
  });

  it("of another agent is not found under one's own agent name", async () => {
    const sessionId = await openLog(board);
    await expect(beginTurn(board, { agent: "Cursor", sessionId })).toFailWith("session_not_found");
    const unknown = { agent: "Cursor", sessionId: newSessionId("Cursor") };
    await expect(beginTurn(board, unknown)).toFailWith("session_not_found");
    await expect(board.call("sessionlog_current_session", unknown)).toFailWith("session_not_found");
  });
});

describe("a turn", () => {
  it("is stored with every field", async () => {
    const sessionId = await openLog(board);
    const requestId = newRequestId();
    const given = { requestId, queryTitle: "Title", queryText: "Text\n\nwith a blank line" };
    const begun = await board.call("sessionlog_begin_turn", given);
    expect(begun).toEqual({
      turnRequestId: requestId,
      status: "in_progress",
      timestamp: expect.stringMatching(TO_THE_SECOND),
    });
    expect(await stored(board.db, sessionId, requestId).turn()).toMatchObject({
      status: "in_progress",
      query_title: "Title",
      query_text: "Text\n\nwith a blank line",
      response: null,
      token_count: null,
      tags: [],
      dialog_count: 0,
      ended_at: null,
    });
  });

  it("is the only open one of its session, whichever agent begins it", async () => {
    const sessionId = await openLog(board);
    const open = await beginTurn(board);
    const refused = beginTurn(board, { agent: "ClaudeCowork", sessionId });
    await expect(refused).toFailWith("invalid_turn_state");
    await expect(refused).rejects.toMatchObject({ details: { turnRequestId: open, currentStatus: "in_progress" } });
    const again = { requestId: open, queryTitle: "T", queryText: "" };
    await expect(board.call("sessionlog_begin_turn", again)).toFailWith("turn_already_exists");
    await board.call("sessionlog_complete_turn");
    await expect(board.call("sessionlog_begin_turn", again)).toFailWith("turn_already_exists");
    await beginTurn(board);
    expect((await board.stored("sessions", sessionId)).turn_count).toBe(2);
  });

  it("takes updates: texts are replaced, tags and context are added as ordered sets", async () => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    const update = (fields: object) => board.call("sessionlog_update_turn", { ...fields });
    await update({ interpretation: "i", tokenCount: 1, tags: ["b", "a", "b"], contextList: ["y", "x"] });
    await update({ response: "r", tokenCount: 0, tags: ["c", "a"], contextList: ["x", "z"] });
    expect(await stored(board.db, sessionId, requestId).turn()).toMatchObject({
      interpretation: "i",
      response: "r",
      token_count: 0,
      tags: ["b", "a", "c"],
      context_list: ["y", "x", "z"],
    });
    expect((await board.stored("sessions", sessionId)).tags).toEqual(["b", "a", "c"]);
    const before = await board.store.ref("sessions", sessionId).get();
    await update({ tags: ["a"], response: "r" });
    await update({});
    expect((await board.store.ref("sessions", sessionId).get()).updateTime).toEqual(before.updateTime);
  });

  it("keeps dialog in order, equal items too, over many appends", async () => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    const same = { role: "tool", content: "same", category: "tool_result", timestamp: "2026-04-09T14:00:04+02:00" };
    const first = await board.call("sessionlog_append_dialog", { dialogItems: [same, same] });
    expect(first).toEqual({ turnRequestId: requestId, appended: 2, dialogCount: 2 });
    await board.call("sessionlog_append_dialog", { dialogItems: dialog(500) });
    const last = await board.call("sessionlog_append_dialog", { dialogItems: dialog(3, 500) });
    expect(last.dialogCount).toBe(505);
    const items = await stored(board.db, sessionId, requestId).dialog();
    expect(items.map(({ content }) => content)).toEqual(["same", "same", ...dialog(503).map(({ content }) => content)]);
    expect(items[0]).toMatchObject({ role: "tool", category: "tool_result", ordinal: 0 });
    expect(items[0].timestamp.toDate()).toEqual(new Date("2026-04-09T12:00:04Z"));
  });

  it("keeps actions in order, and the session counts each modified file once", async () => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    const append = (actions: object[]) => board.call("sessionlog_append_actions", { actions });
    await append([{ ...action("create", "a.ts"), order: 1 }, action("edit", "a.ts"), action("edit", "b.ts")]);
    await append([action("design_decision", ""), action("commit", "c.ts"), action("edit", "d.ts", "failed")]);
    const last = await append([action("delete", "b.ts"), action("own_type", "e.ts"), action("edit", "../f.ts")]);
    expect(last).toEqual({ turnRequestId: requestId, appended: 3, actionCount: 9 });
    expect((await board.stored("sessions", sessionId)).files_modified_count).toBe(3);
    await board.call("sessionlog_complete_turn");
    const next = await beginTurn(board);
    await append([action("edit", "a.ts"), action("edit", "g.ts")]);
    expect((await board.stored("sessions", sessionId)).files_modified_count).toBe(4);
    expect(await stored(board.db, sessionId, next).actions()).toHaveLength(2);
    const actions = await stored(board.db, sessionId, requestId).actions();
    expect(actions.map(({ type }) => type)).toEqual([
      ...["create", "edit", "edit", "design_decision", "commit", "edit", "delete", "own_type", "edit"],
    ]);
    expect(actions[0]).toMatchObject({ ordinal: 0, order: 1, file_path: "a.ts", status: "completed" });
    expect(actions[3]).toMatchObject({ order: null, file_path: null });
  });

  it.each([
    ["completed", "sessionlog_complete_turn", { response: "r" }],
    ["failed", "sessionlog_fail_turn", { errorMessage: "no", errorCode: "dependency_missing" }],
  ])("that is %s can no longer be changed", async (status, tool, args) => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    const ended = await board.call(tool, args);
    expect(ended).toEqual({ turnRequestId: requestId, status, timestamp: expect.stringMatching(TO_THE_SECOND) });
    const document = board.store.sub(board.store.ref("sessions", sessionId), "turns", requestId);
    const before = await document.get();
    const edits: [string, object][] = [
      ["sessionlog_update_turn", { response: "other" }],
      ["sessionlog_update_turn", {}],
      ["sessionlog_append_dialog", { dialogItems: dialog(1) }],
      ["sessionlog_append_actions", { actions: [action("edit", "a")] }],
      ["sessionlog_complete_turn", {}],
      ["sessionlog_fail_turn", { errorMessage: "x" }],
    ];
    for (const [edit, fields] of edits) {
      const refused = board.call(edit, { ...fields });
      await expect(refused).toFailWith("turn_immutable");
      await expect(refused).rejects.toMatchObject({
        message: `Turn is immutable (status: ${status})`,
        details: { turnRequestId: requestId, currentStatus: status, hint: "Begin a new turn instead" },
      });
    }
    expect((await document.get()).updateTime).toEqual(before.updateTime);
    expect(await stored(board.db, sessionId, requestId).dialog()).toEqual([]);
    expect((await board.stored("sessions", sessionId)).files_modified_count).toBe(0);
  });

  it("keeps the response it had when it completes without one", async () => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    await board.call("sessionlog_update_turn", { response: "early" });
    await board.call("sessionlog_complete_turn");
    expect((await stored(board.db, sessionId, requestId).turn()).response).toBe("early");
  });

  it("takes an append once under an idempotency key", async () => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    const append = () => board.call("sessionlog_append_dialog", { dialogItems: dialog(2), idempotency_key: requestId });
    expect(await append()).toEqual(await append());
    expect(await stored(board.db, sessionId, requestId).dialog()).toHaveLength(2);
  });

  it("that was damaged in the console is refused", async () => {
    const sessionId = await openLog(board);
    const requestId = await beginTurn(board);
    await board.store.sub(board.store.ref("sessions", sessionId), "turns", requestId).update({ dialog_count: "two" });
    const append = board.call("sessionlog_append_dialog", { dialogItems: dialog(1) });
    await expect(append).toFailWith("corrupt_document");
  });
});
