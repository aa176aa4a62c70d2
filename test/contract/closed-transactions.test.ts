import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Agent, type Answer, startAgent } from "../support/client.js";
import { laneFirestore } from "../support/embedded-emulator.js";
import { type FlakyCommitProxy, startFlakyCommitProxy } from "../support/flaky-commit-proxy.js";
import { useRecordedAgent } from "../support/recorded-agent.js";
import { PATIENCE } from "../support/telemetry.js";
import { action, dialog, newRequestId, newSessionId } from "../support/turnlog.js";

const LONG = { ...PATIENCE, FIREBOARD_DEADLINE_MS: "60000", FIREBOARD_HEARTBEAT_MS: "600000" };
/** What the official emulator says when another transaction holds a lock for more than two seconds, and after that. */
const LOCK_TIMEOUT = { code: status.ABORTED, details: "Transaction lock timeout." };
const CLOSED = { code: status.INVALID_ARGUMENT, details: "Transaction is invalid or closed." };

describe("a transaction that the store closed because it lost a race", () => {
  let proxy: FlakyCommitProxy;
  let agent: Agent;

  async function start(): Promise<void> {
    proxy = await startFlakyCommitProxy(await laneFirestore());
    const projectId = `demo-closed-${Date.now()}`;
    agent = await startAgent({ FIRESTORE_EMULATOR_HOST: proxy.host, FIREBOARD_PROJECT_ID: projectId, ...LONG });
  }
  async function stop(): Promise<void> {
    await agent.close();
    proxy.close();
  }

  it("is run again, whatever the tool: the call succeeds, with one effect", { timeout: 240_000 }, async () => {
    await start();
    const commits: Record<string, number> = {};
    const call = async (tool: string, args: object): Promise<Answer> => {
      const before = proxy.requests("Commit").length;
      proxy.refuseNext("Commit", CLOSED);
      const result = await agent.call(tool, { ...args });
      commits[tool] = proxy.requests("Commit").length - before;
      expect(result.session, tool).not.toBeNull();
      return result;
    };
    const { id: project_id } = await call("board_create_project", { name: "p" });
    const { session_id } = await call("board_create_session", { project_id, agent_name: "a" });
    const { id: task_id } = await call("board_create_task", { project_id, title: "t" });
    await call("board_create_tasks", { project_id, tasks: [{ title: "u", depends_on: [task_id] }] });
    await call("board_update_task", { task_id, title: "v" });
    await call("board_bulk_update_tasks", { task_ids: [task_id], priority: "high" });
    await call("board_claim_task", { task_id, agent_name: "a", session_id });
    await call("board_delete_task", { task_id, require_done: false });
    await call("board_log_activity", { agent_name: "a", action: "found", project_id });
    await call("board_checkpoint_session", { session_id, handoff_notes: "n" });
    await call("board_end_session", { session_id, progress_summary: "s" });
    const { sessionId } = await call("sessionCreate", { agentName: "leader" });
    await call("sessionUpdate", { sessionId, inputTokens: 1 });
    await call("sessionComplete", { sessionId });
    const log = newSessionId();
    await call("sessionlog_open_session", { agent: "ClaudeCowork", sessionId: log, title: "l" });
    await call("sessionlog_begin_turn", { requestId: newRequestId(), queryTitle: "q", queryText: "" });
    await call("sessionlog_append_dialog", { dialogItems: dialog(1) });
    await call("sessionlog_append_actions", { actions: [action("edit", "a.ts")] });
    await call("sessionlog_complete_turn", { response: "r" });
    await call("sessionlog_close_session", { sessionId: log });
    await call("session_init", { agent_id: "b", project_id });
    await call("end_session", { agent_id: "b" });
    await call("board_update_project", { project_id, status: "archived" });
    expect(Object.entries(commits).filter(([, count]) => count !== 2)).toEqual([]);
    const { entries } = await agent.call("board_get_activity", { project_id, limit: 200 });
    const told = entries.map((entry: Answer) => `${entry.action} ${entry.details}`);
    expect(told.filter((line: string, at: number) => told.indexOf(line) !== at)).toEqual(["created Task created"]);
    await stop();
  });

  it("is not read in again: each attempt has a transaction of its own", async () => {
    await start();
    const { id: project_id } = await agent.call("board_create_project", { name: "p" });
    const { id: task_id } = await agent.call("board_create_task", { project_id, title: "t" });
    const before = proxy.requests("RunQuery").length;
    proxy.refuseNext("RunQuery", LOCK_TIMEOUT);
    proxy.refuseNext("RunQuery", CLOSED);
    await agent.call("board_delete_task", { task_id, require_done: false });
    const reads = proxy.requests("RunQuery").slice(before);
    expect(reads.length).toBeGreaterThan(2);
    expect(reads.filter((read, at) => reads.indexOf(read) !== at)).toEqual([]);
    await stop();
  });
});

describe("telemetry, which has two seconds", () => {
  const recorded = useRecordedAgent(LONG);
  let sessionId = "";
  beforeAll(async () => {
    sessionId = (await recorded().agent.call("sessionCreate", { agentName: "leader" })).sessionId;
  });
  afterAll(() => expect(sessionId).not.toBe(""));

  it.each([
    ["sessionUpdate", { inputTokens: 1 }],
    ["sessionUpdate", { mode: "absolute", inputTokens: 1 }],
    ["sessionComplete", { inputTokens: 2 }],
  ])("%s %j waits for no lock: its read is outside of the transaction", async (tool, args) => {
    const { agent, recorder } = recorded();
    const rpcs = await recorder.during(() => agent.call(tool, { sessionId, ...args }));
    expect(rpcs.map(({ method, locks }) => [method, locks])).toEqual([
      ["BatchGetDocuments", false],
      ["Commit", false],
    ]);
  });
});
