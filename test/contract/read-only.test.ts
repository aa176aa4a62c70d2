import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asBoardError } from "../../src/board/core/errors.js";
import { beat } from "../../src/board/sessions/heartbeat.js";
import { giveUpLeases } from "../../src/board/tasks/give-up.js";
import { COLLECTIONS } from "../../src/firestore/collections.js";
import { openStore } from "../../src/firestore/open-store.js";
import type { Store, Tx } from "../../src/firestore/store.js";
import { TOOLS } from "../../src/tools/index.js";
import { useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import { type Agent, startAgent } from "../support/client.js";
import { action, beginTurn, dialog, newRequestId, newSessionId, openLog } from "../support/turnlog.js";

const board = useBoard();
let store: Store;
let reader: Agent;

beforeAll(async () => {
  store = await openStore({ ...board.database.config, readOnly: true });
  reader = await startAgent({ ...board.database.env, FIREBOARD_READ_ONLY: "1" });
});
afterAll(async () => {
  await reader?.close();
  await store?.close();
});

/** Every document with its fields. */
async function everything(): Promise<unknown[]> {
  const answers = await Promise.all(COLLECTIONS.map((name) => board.db.collection(name).get()));
  return answers.flatMap(({ docs }) => docs.map((doc) => [doc.ref.path, doc.data()]));
}

async function refusal(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return "nothing was refused";
  } catch (error) {
    return asBoardError(error)?.code;
  }
}

/** Makes something for every writing tool to change, and a valid call of each. */
async function changes() {
  // A server of its own, closed at the end: its heartbeats would change what it opened.
  const setup = await startAgent(board.database.env);
  const { call } = setup;
  const { id: project_id } = await call("board_create_project", { name: "p" });
  const { id: task_id } = await call("board_create_task", { project_id, title: "t" });
  const { id: done } = await call("board_create_task", { project_id, title: "t", status: "done" });
  const { id: free } = await call("board_create_task", { project_id, title: "t" });
  const { session_id } = await call("board_create_session", { project_id, agent_name: "a" });
  await call("board_claim_task", { task_id, agent_name: "a", session_id });
  const { sessionId: context } = await call("sessionCreate", { agentName: "a" });
  await board.db
    .doc("sessions/old")
    .set({ kind: "context", status: "completed", ended_at: new Date(0), started_at: new Date(0) });
  const quiet = { sessionId: await openLog(setup) };
  const turn = { sessionId: await openLog(setup), requestId: await beginTurn(setup) };
  await setup.close();
  const calls: Record<string, Record<string, unknown>> = {
    board_create_project: { name: "p" },
    board_update_project: { project_id, name: "new" },
    board_create_task: { project_id, title: "t" },
    board_create_tasks: { project_id, tasks: [{ title: "t" }] },
    board_update_task: { task_id, title: "new" },
    board_bulk_update_tasks: { task_ids: [task_id], priority: "low" },
    board_delete_task: { task_id: done },
    board_claim_task: { task_id: free, agent_name: "a" },
    board_create_session: { project_id },
    board_checkpoint_session: { session_id, handoff_notes: "n" },
    board_end_session: { session_id, progress_summary: "s" },
    board_log_activity: { agent_name: "a", action: "found", project_id },
    sessionCreate: { agentName: "a" },
    sessionUpdate: { sessionId: context, inputTokens: 1 },
    sessionComplete: { sessionId: context },
    sessionCleanup: { retentionDays: 1 },
    sessionlog_open_session: { agent: "ClaudeCowork", sessionId: newSessionId(), title: "t" },
    sessionlog_begin_turn: { ...quiet, requestId: newRequestId(), queryTitle: "t", queryText: "t" },
    sessionlog_update_turn: { ...turn, interpretation: "i" },
    sessionlog_append_dialog: { ...turn, dialogItems: dialog(1) },
    sessionlog_append_actions: { ...turn, actions: [action("edit", "a.ts")] },
    sessionlog_complete_turn: { ...turn, response: "r" },
    sessionlog_fail_turn: { ...turn, errorMessage: "e" },
    sessionlog_close_session: quiet,
    session_init: { agent_id: "a", project_id },
    end_session: { agent_id: "a", summary: "s" },
  };
  return { calls, project_id, task_id, session_id };
}

describe("a read-only store", () => {
  it("refuses what every writing tool would write, and stores nothing", async () => {
    const { calls } = await changes();
    const writing = TOOLS.filter(({ annotations }) => !annotations.readOnlyHint);
    expect(Object.keys(calls).sort()).toEqual(writing.map(({ name }) => name).sort());
    const before = await everything();
    for (const tool of writing) {
      const args = tool.input.parse(calls[tool.name]);
      const code = await refusal(() => tool.handler(callOn(store), args));
      expect({ tool: tool.name, code }).toEqual({ tool: tool.name, code: "permission_denied" });
    }
    expect(await everything()).toEqual(before);
  });

  it("refuses every write there is: of references wherever they come from, transactions, moves, heartbeats and leases given up", async () => {
    const { project_id, task_id, session_id } = await changes();
    const holder = "a connection that was lost";
    await board.db.doc(`tasks/${task_id}`).update({ "lease.holder": holder });
    const before = await everything();
    const ref = store.ref("sessions", session_id);
    const { signal } = new AbortController();
    const sessions = store.query("activeSessions", { values: { project_id, status: "active" }, limit: 1 });
    const [read, [listed], inTransaction] = await Promise.all([
      ref.get(),
      sessions.get().then(({ docs }) => docs),
      store.transaction(async (tx) => [...(await tx.getAll([ref])), ...(await tx.get(sessions)).docs], signal),
    ]);
    const refs = [ref, store.sub(ref, "turns", "x").parent, ...[read, listed, ...inTransaction].map((one) => one?.ref)];
    expect(refs).toHaveLength(6);
    for (const one of refs)
      expect(await refusal(async () => one?.update({ input_tokens: store.increment(1) }))).toBe("permission_denied");
    const task = store.ref("tasks", task_id);
    const writes: ((tx: Tx) => void)[] = [
      (tx) => tx.create(store.ref("tasks", "new"), { title: "x" }),
      (tx) => tx.set(task, { title: "x" }),
      (tx) => tx.update(task, { title: "x" }),
      (tx) => tx.delete(task),
      (tx) => tx.verify(read),
    ];
    for (const write of writes)
      expect(await refusal(() => store.transaction(async (tx) => write(tx), signal))).toBe("permission_denied");
    const to = store.ref("sessions_archive", session_id);
    const move = { from: ref, to, levels: 2, mayMove: () => true, goOn: () => true, signal };
    expect(await refusal(() => store.moveDocument(move))).toBe("permission_denied");
    const opener = String((await store.ref("sessions", session_id).get()).get("holder"));
    const alive = { sessions: [{ session_id, holder: opener }], holders: [holder] };
    const { failed } = await beat(store, alive, { now: new Date(), heartbeatMs: 60_000 });
    // The session's heartbeat and the lease.
    expect(failed).toHaveLength(2);
    expect(new Set(failed.map((error) => asBoardError(error)?.code))).toEqual(new Set(["permission_denied"]));
    const kept = await giveUpLeases(store, holder);
    expect(kept.map((error) => asBoardError(error)?.code)).toEqual(["permission_denied"]);
    expect(await everything()).toEqual(before);
  });
});

describe("a read-only server", () => {
  it("offers what reads, and only that", async () => {
    const { tools } = await reader.client.listTools();
    expect(tools.length).toBeGreaterThan(5);
    expect(tools.filter(({ annotations }) => !annotations?.readOnlyHint)).toEqual([]);
    const call = reader.client.callTool({ name: "board_create_project", arguments: { name: "x" } });
    await expect(call).rejects.toThrow("Unknown tool");
  });

  it("reads what other servers wrote", async () => {
    const project_id = await board.project({ name: "Read me" });
    const task_id = await board.task(project_id);
    expect(await reader.call("board_get_task", { task_id })).toMatchObject({ id: task_id, project_id });
    expect(await reader.call("board_get_handoff", { project_id })).toMatchObject({ project: { name: "Read me" } });
  });
});
