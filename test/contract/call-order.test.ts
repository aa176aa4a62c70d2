import { randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { useBoard } from "../support/board.js";
import { type Answer, startAgent, ToolError } from "../support/client.js";
import { laneFirestore } from "../support/embedded-emulator.js";
import { startFlakyCommitProxy } from "../support/flaky-commit-proxy.js";
import "../support/matchers.js";
import { openDatabase } from "../support/open-database.js";
import { LEADER, PATIENCE } from "../support/telemetry.js";
import { action, dialog, newRequestId, newSessionId, openLog, stored } from "../support/turnlog.js";

/* Calls that a host sends without waiting for answers (docs/contracts.md 1.2, "Order"). */

/** The machine may be busy: a call that waits for many others must not run out of time here. */
const NO_HURRY = { FIREBOARD_DEADLINE_MS: "120000" };
const TIMES = Array.from({ length: 15 }, (_, at) => at + 1);

const board = useBoard({ ...NO_HURRY, ...PATIENCE });

describe("calls sent at once over one connection take effect in the order in which they were sent", () => {
  it("updates of one task: the last one stands, and each left its entry in its place", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const update = (at: number) =>
      board.call("board_update_task", { task_id, title: `v${at}`, assigned_agent: `agent-${at}` });
    const [before, after] = await Promise.all([
      board.call("board_get_task", { task_id }),
      ...TIMES.map(update),
      board.call("board_get_task", { task_id }),
    ]).then((answers) => [answers.at(0), answers.at(-1)]);
    expect(before.title).toBe("A task");
    expect(after.title).toBe("v15");
    expect((await board.stored("tasks", task_id)).title).toBe("v15");
    const agents = (await board.entries(project_id)).slice(2).map(({ agent_name }) => agent_name);
    expect(agents).toEqual(TIMES.map((at) => `agent-${at}`));
  });

  it("appended dialog: twelve items are stored as 0 to 11", async () => {
    const sessionId = await openLog(board);
    const requestId = newRequestId();
    const append = (at: number) => board.call("sessionlog_append_dialog", { dialogItems: dialog(1, at) });
    await Promise.all([
      board.call("sessionlog_begin_turn", { requestId, queryTitle: "A turn", queryText: "Do it" }),
      ...TIMES.slice(0, 12).map((at) => append(at - 1)),
    ]);
    const contents = (await stored(board.db, sessionId, requestId).dialog()).map(({ content }) => content);
    expect(contents).toEqual(dialog(12).map(({ content }) => content));
  });

  it("a whole turn, from opening the session to closing it, each call on what the one before left behind", async () => {
    const sessionId = newSessionId();
    const requestId = newRequestId();
    const steps: [tool: string, args: object][] = [
      ["sessionlog_open_session", { agent: "ClaudeCowork", sessionId, title: "A session" }],
      ["sessionlog_begin_turn", { requestId, queryTitle: "A turn", queryText: "Do it" }],
      ["sessionlog_current_session", {}],
      ["sessionlog_append_actions", { actions: [action("edit", "a.ts")] }],
      ["sessionlog_complete_turn", { response: "done" }],
      ["sessionlog_close_session", {}],
      ["sessionlog_current_session", {}],
    ];
    const answers = await Promise.all(steps.map(([tool, args]) => board.call(tool, { ...args })));
    expect(answers[2]).toMatchObject({ session: { sessionId }, turn: { turnRequestId: requestId } });
    expect(answers.at(-1)).toEqual({ session: null, turn: null });
    expect(await board.stored("sessions", sessionId)).toMatchObject({ status: "completed", files_modified_count: 1 });
  });

  it("telemetry: a session is there for its updates, and the same update under one key counts once", async () => {
    const sessionId = crypto.randomUUID();
    const update = (args: object) => board.call("sessionUpdate", { sessionId, inputTokens: 3, ...args });
    const [, ...updated] = await Promise.all([
      board.call("sessionCreate", { sessionId, agentName: LEADER }),
      update({}),
      update({ idempotency_key: sessionId }),
      update({ idempotency_key: sessionId }),
      board.call("sessionComplete", { sessionId }),
    ]);
    expect(updated.map(({ inputTokens }) => inputTokens)).toEqual([3, 6, 6, 6]);
  });

  it("resources and prompts show what was written before them", async () => {
    const { client, call } = board.agent;
    const name = `Apollo ${randomBytes(4).toString("hex")}`;
    const [created, { resources }, prompt] = await Promise.all([
      call("board_create_project", { name }),
      client.listResources(),
      client.getPrompt({ name: "stand_up", arguments: { project: name } }),
    ]);
    expect(resources.map(({ uri }) => uri)).toContain(`board://projects/${created.id}/handoff`);
    expect(JSON.stringify(prompt.messages)).toContain(created.id);
  });
});

/** A server whose commits are held back from now on, with a task. */
async function held(env: Record<string, string> = {}) {
  const target = await laneFirestore();
  const projectId = `demo-${randomBytes(6).toString("hex")}`;
  const proxy = await startFlakyCommitProxy(target);
  const store = { FIREBOARD_STORE: "emulator", FIRESTORE_EMULATOR_HOST: proxy.host, FIREBOARD_PROJECT_ID: projectId };
  const agent = await startAgent({ ...NO_HURRY, ...PATIENCE, ...store, ...env });
  const common = { databaseId: "(default)", collectionPrefix: "" };
  const direct = await openDatabase({ mode: "emulator", host: target, projectId, ...common });
  onTestFinished(async () => {
    await agent.close();
    proxy.close();
    await direct.store.close();
  });
  // Loading the client library may take a short deadline's time.
  await untilItWorks(() => agent.call("board_get_projects"));
  const project_id: string = (await agent.call("board_create_project", { name: "p" })).id;
  const task_id: string = (await agent.call("board_create_task", { project_id, title: "v0" })).id;
  proxy.outcome = "held";
  const update = (title: string) => agent.call("board_update_task", { task_id, title });
  const entries = async (): Promise<Answer[]> =>
    (await agent.call("board_get_activity", { project_id })).entries.reverse().map((entry: Answer) => entry.action);
  return { agent, proxy, task_id, project_id, update, entries };
}

describe("a write that takes long", () => {
  it("holds up no read that came before it, and the reads behind it show what it wrote", async () => {
    const { agent, proxy, task_id, update } = await held();
    const read = async () => (await agent.call("board_get_task", { task_id })).title;
    const [before, write, behind] = [read(), update("v1"), [read(), read()]];
    await proxy.holds();
    expect(await before).toBe("v0");
    proxy.release();
    expect(await Promise.all(behind)).toEqual(["v1", "v1"]);
    expect((await write).changes).toEqual(["title"]);
  });

  it("and never ends: what is behind it is refused as not begun, and is not applied", async () => {
    const { agent, proxy, task_id, project_id, update, entries } = await held({ FIREBOARD_DEADLINE_MS: "5000" });
    const refusals = await Promise.all(
      [
        update("v1"),
        update("v2"),
        agent.call("board_create_task", { project_id, title: "never" }),
        agent.call("board_get_task", { task_id }),
      ].map((call) => call.then(fail, (error: ToolError) => error)),
    );
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: "deadline_exceeded" });
    expect(refusals.map(({ message }) => message)).toEqual([
      expect.stringContaining("may have been applied"),
      ...Array(3).fill(expect.stringMatching(/was not begun.*Nothing of it was applied/)),
    ]);
    expect(proxy.commits()).toBe(3);
    proxy.release();
    const { tasks } = await untilItWorks(() => agent.call("board_get_tasks", { project_id }));
    expect(tasks.map(({ title }: Answer) => title)).toEqual(["v1"]);
    expect(await entries()).toEqual(["created", "created", "updated"]);
  });

  it("a call whose arguments are wrong is refused without waiting its turn", async () => {
    const { agent, proxy, task_id } = await held();
    const slow = agent.call("board_update_task", { task_id, title: "v1" });
    await proxy.holds();
    await expect(agent.call("board_update_task", { task_id, titel: "v2" })).toFailWith("invalid_argument");
    proxy.release();
    await slow;
  });

  it("a call that is cancelled while it waits is never begun", async () => {
    const { agent, proxy, task_id, update, entries } = await held();
    const first = update("v1");
    await proxy.holds();
    const pressed = new AbortController();
    const args = { name: "board_update_task", arguments: { task_id, title: "v2", status: "done" } };
    const cancelled = agent.client.callTool(args, undefined, { signal: pressed.signal });
    const last = update("v3");
    pressed.abort("the user pressed escape");
    await expect(cancelled).rejects.toThrow("escape");
    proxy.release();
    await Promise.all([first, last]);
    expect(await agent.call("board_get_task", { task_id })).toMatchObject({ title: "v3", status: "todo" });
    expect(await entries()).toEqual(["created", "created", "updated", "updated"]);
  });
});

describe("telemetry", () => {
  it("does not wait for work, nor work for telemetry, and what waits for telemetry in vain degrades", async () => {
    const { agent, proxy, task_id, update } = await held({ FIREBOARD_TELEMETRY_DEADLINE_MS: "5000" });
    const sessionId = crypto.randomUUID();
    const work = update("v1");
    await proxy.holds();
    proxy.outcome = "passes";
    expect(await agent.call("sessionCreate", { sessionId, agentName: LEADER })).toMatchObject({ sessionId });
    proxy.release();
    await work;

    proxy.outcome = "held";
    const [stuck, behind] = [1, 2].map((inputTokens) => agent.call("sessionUpdate", { sessionId, inputTokens }));
    await proxy.holds();
    proxy.outcome = "passes";
    await update("v2");
    expect((await agent.call("board_get_task", { task_id })).title).toBe("v2");
    expect(await agent.call("sessionCleanup")).toMatchObject({ remaining: 0 });
    const degraded = { session: null, reason: "deadline_exceeded" };
    expect(await Promise.all([stuck, behind])).toEqual([degraded, degraded]);
    proxy.release();
    const { sessions } = await untilItWorks(() => agent.call("sessionQuery"));
    expect(sessions).toMatchObject([{ sessionId, inputTokens: 1 }]);
  });
});

function fail(answer: Answer): never {
  throw new Error(`answered: ${JSON.stringify(answer)}`);
}

/** Calls again while calls before are still being waited for. */
async function untilItWorks(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await call().catch((error: unknown) => {
      if (error instanceof ToolError && error.code === "deadline_exceeded") return { degraded: true };
      throw error;
    });
    if (!answer.degraded) return answer;
  }
}
