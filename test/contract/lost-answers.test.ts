import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { updateTask } from "../../src/board/tasks/update.js";
import { appendActions, appendDialog } from "../../src/board/turn-log/append.js";
import { beginTurn } from "../../src/board/turn-log/begin.js";
import { closeSession } from "../../src/board/turn-log/close.js";
import { completeTurn } from "../../src/board/turn-log/finish.js";
import { openSession } from "../../src/board/turn-log/open.js";
import { updateTurn } from "../../src/board/turn-log/update.js";
import type { Store } from "../../src/firestore/store.js";
import { useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import * as turnLog from "../support/turnlog.js";

const board = useBoard();

/** A call whose every commit lands without an answer, so that the client runs its transaction a second time. */
function call() {
  const transaction: Store["transaction"] = async (work, signal, repeat) => {
    await board.store.transaction(work, signal, repeat);
    return await board.store.transaction(work, signal, repeat);
  };
  return { ...callOn({ ...board.store, transaction }), id: randomUUID() };
}

async function turn() {
  const sessionId = await turnLog.openLog(board);
  const requestId = await turnLog.beginTurn(board, { sessionId });
  return { names: { sessionId, requestId }, stored: turnLog.stored(board.db, sessionId, requestId) };
}

describe("a commit whose answer was lost is made once, and answered as if nothing had happened", () => {
  it("known by its activity entry", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    expect((await updateTask(call(), { task_id, title: "b" })).changes).toEqual(["title"]);
    expect(await board.entries(project_id)).toHaveLength(3);
  });

  it("known by the session that it opened, and by the end that it set", async () => {
    const sessionId = turnLog.newSessionId("Ada");
    const opened = await openSession(call(), { agent: "Ada", sessionId, title: "t", model: "m" });
    expect(opened.sessionId).toBe(sessionId);
    expect(await closeSession(call(), { sessionId })).toMatchObject({ sessionId, status: "completed" });
  });

  it("known by the turn that it began", async () => {
    const sessionId = await turnLog.openLog(board);
    const requestId = turnLog.newRequestId();
    const begun = await beginTurn(call(), { sessionId, requestId, queryTitle: "t", queryText: "" });
    expect(begun).toMatchObject({ turnRequestId: requestId, status: "in_progress" });
    expect(await turnLog.stored(board.db, sessionId, requestId).session()).toMatchObject({ turn_count: 1 });
  });

  it("known by what it added to a turn", async () => {
    const { names, stored } = await turn();
    const dialogItems = [{ role: "model", category: "reasoning", content: "c" } as const];
    const actions = [{ type: "edit", status: "completed", description: "d", filePath: "a.ts" } as const];
    expect(await appendDialog(call(), { ...names, dialogItems })).toMatchObject({ dialogCount: 1 });
    expect(await appendActions(call(), { ...names, actions })).toMatchObject({ actionCount: 1 });
    expect(await stored.turn()).toMatchObject({ dialog_count: 1, action_count: 1 });
    expect(await stored.session()).toMatchObject({ files_modified_count: 1 });
  });

  it("known by the call that changed a turn last", async () => {
    const { names, stored } = await turn();
    const updated = await updateTurn(call(), { ...names, response: "r" });
    expect(Date.parse(updated.lastUpdated ?? "")).not.toBeNaN();
    expect(await completeTurn(call(), names)).toMatchObject({ status: "completed" });
    expect(await stored.turn()).toMatchObject({ status: "completed", response: "r" });
  });
});
