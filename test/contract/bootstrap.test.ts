import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SECTIONS } from "../../src/board/agent-context/scopes.js";
import { ids, useBoard } from "../support/board.js";
import { type Agent, type Answer, startAgent } from "../support/client.js";

const board = useBoard();
let other: Agent;
beforeAll(async () => {
  other = await startAgent(board.database.env, "another-process");
});
afterAll(() => other?.close());

const init = (args: Record<string, unknown>): Promise<Answer> => board.call("session_init", args);
const MINUTE = 60_000;

describe("session_init: sections by scope", () => {
  const TASKS = ["pending_tasks", "working_state", "scale_guidance"];
  it.each([
    ["standard", [...TASKS, "more_available"], null],
    ["quick", [...TASKS, "more_available"], null],
    ["resume", [...TASKS, "federation_health", "relevant_memories"], null],
    [
      "full",
      [...TASKS, "project_identity", "brain_health", "federation_health", "relevant_memories", "knowledge_graph"],
      null,
    ],
    ["everything", [...TASKS, "more_available"], expect.stringContaining("standard")],
    ["constructor", [...TASKS, "more_available"], expect.stringContaining("standard")],
  ])("%s", async (scope, expected, warning) => {
    const answer = await init({ project_id: await board.project(), scope });
    expect(SECTIONS.filter((section) => section in answer).sort()).toEqual([...expected].sort());
    expect(answer.scope_warning ?? null).toEqual(warning);
    expect(answer).toMatchObject({ cross_project_alerts: [], agent_awareness: [], tool_integrity_alert: null });
  });

  it("refuses an unknown project and takes the one that changed last when none is named", async () => {
    await expect(init({ project_id: "nope" })).toFailWith("project_not_found");
    const project_id = await board.project();
    expect((await init({})).project_id).toBe(project_id);
  });

  it("writes nothing without an agent_id", async () => {
    const project_id = await board.project();
    expect((await init({ project_id, intent: "look" })).session_id).toBeNull();
    expect(await board.entries(project_id)).toHaveLength(1);
  });
});

describe("session_init: what the sections say", () => {
  it("pending_tasks, working_state and scale_guidance", async () => {
    const project_id = await board.project();
    const tasks = [];
    for (let at = 0; at < 8; at += 1) tasks.push(await board.task(project_id));
    const [first, second, third] = tasks as [string, string, string];
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await board.call("board_claim_task", { task_id: first, agent_name: "ann", session_id });
    await board.call("board_update_task", { task_id: second, depends_on: [third] });
    await board.call("board_update_task", { task_id: third, status: "blocked" });
    const answer = await init({ project_id, scope: "resume" });
    expect(ids(answer.pending_tasks.tasks)).toEqual(tasks.slice(0, 6));
    expect(answer.pending_tasks.counts).toEqual({ todo: 6, in_progress: 1, blocked: 1 });
    expect(answer.pending_tasks.blocked).toEqual([second, third]);
    expect(answer.pending_tasks.session_states).toEqual([
      { task_id: first, session_id, status: "active", stale: false },
    ]);
    expect(answer.working_state).toMatchObject({
      active_sessions: [{ id: session_id, kind: "board", agent_name: "ann", stale: false }],
      in_progress: [{ id: first, assigned_agent: "ann" }],
      latest_changes: [{ action: "blocked", task_id: third }, { task_id: second }, { action: "claimed" }],
    });
    expect(answer.scale_guidance.open_tasks).toBe(8);
    const standard = await init({ project_id });
    expect(standard.pending_tasks).not.toHaveProperty("session_states");
    expect(standard.more_available.sections).toContain("knowledge_graph");
  });

  it("project_identity, brain_health, federation_health and knowledge_graph", async () => {
    const project_id = await board.project({ name: "Whole", description: "About", priority: "high" });
    const task = await board.task(project_id, { title: "Root" });
    const child = await board.task(project_id, { parent_task_id: task, depends_on: [task] });
    const { session_id } = await board.call("board_create_session", { project_id });
    await board.call("board_end_session", { session_id, progress_summary: "s", handoff_notes: "n" });
    await board.call("board_create_session", { project_id });
    const active = await board.call("board_create_session", { project_id });
    const answer = await init({ project_id, scope: "full" });
    expect(answer.project_identity).toEqual({
      id: project_id,
      name: "Whole",
      status: "active",
      priority: "high",
      description: "About",
    });
    expect(answer.brain_health).toEqual({ ended_sessions: 2, left_notes: 0.5, memories: 0, stale_tasks: [] });
    expect(answer.federation_health.projects).toContainEqual({
      id: project_id,
      name: "Whole",
      open: 2,
      blocked: 0,
      active_session: active.session_id,
    });
    expect(answer.knowledge_graph.nodes).toContainEqual({ id: task, kind: "task", label: "Root" });
    expect(answer.knowledge_graph.edges).toEqual([
      { from: child, to: task, kind: "depends_on" },
      { from: child, to: task, kind: "subtask_of" },
    ]);
  });

  it("standard stays within 900 tokens on a board with 20 open tasks", async () => {
    const project_id = await board.project({ description: "x".repeat(5_000) });
    for (let at = 0; at < 20; at += 1)
      await board.task(project_id, { title: `Task ${at}: make the importer keep comments and blank lines` });
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    for (let at = 0; at < 5; at += 1)
      await board.call("board_claim_task", { project_id, agent_name: `worker-${at}`, session_id });
    const answer = await init({ project_id, agent_id: "counter", intent: "count" });
    expect(encode(JSON.stringify(answer)).length).toBeLessThanOrEqual(900);
  });
});

describe("session_init: alerts", () => {
  it("name critical or blocked tasks of other projects that this one waits for", async () => {
    const [here, there] = [await board.project(), await board.project()];
    const blocked = await board.task(there, { status: "blocked" });
    const harmless = await board.task(there);
    const waiting = await board.task(here, { depends_on: [blocked, harmless] });
    const alert = { task_id: waiting, waits_for: blocked, project_id: there, status: "blocked", priority: "medium" };
    expect((await init({ project_id: here })).cross_project_alerts).toEqual([alert]);
    await board.call("board_update_task", { task_id: blocked, status: "done" });
    expect((await init({ project_id: here })).cross_project_alerts).toEqual([]);
  });

  it("name other agents seen lately, with their intents, until those are cleared or the agents are gone", async () => {
    const project_id = await board.project();
    await other.call("session_init", { project_id, agent_id: "ben", intent: "rewrite the parser" });
    const seen = async () => (await init({ project_id, agent_id: "ann" })).agent_awareness;
    expect(await seen()).toEqual([{ agent_id: "ben", intent: "rewrite the parser", last_seen_at: expect.any(String) }]);
    await other.call("session_init", { project_id, agent_id: "ben", intent: "" });
    expect(await seen()).toEqual([{ agent_id: "ben", last_seen_at: expect.any(String) }]);
    const found = await board.db.collection("agents").where("agent_id", "==", "ben").get();
    for (const { ref } of found.docs) await ref.update({ last_seen_at: new Date(Date.now() - 16 * MINUTE) });
    expect(await seen()).toEqual([]);
  });
});

describe("tool_integrity_alert", () => {
  it("tells an agent once when the tools are not those it saw last", async () => {
    const project_id = await board.project();
    const changed = await startAgent({ ...board.database.env, FIREBOARD_EXCLUDE_TOOLS: "board_search" });
    const alert = async (agent: Agent) =>
      (await agent.call("session_init", { project_id, agent_id: "guard" })).tool_integrity_alert;
    try {
      expect(await alert(board.agent)).toBeNull();
      expect(await alert(board.agent)).toBeNull();
      const seen = await alert(changed);
      expect(seen).toEqual({ previous: expect.stringMatching(/^[0-9a-f]{64}$/), current: expect.any(String) });
      expect(seen.current).not.toBe(seen.previous);
      expect(await alert(changed)).toBeNull();
      expect(await alert(board.agent)).toEqual({ previous: seen.current, current: seen.previous });
    } finally {
      await changed.close();
    }
  });
});

describe("session_init: incremental delivery", () => {
  it("skips what this agent was sent over this connection, and nothing else", async () => {
    const project_id = await board.project();
    await board.task(project_id);
    const first = await init({ project_id, agent_id: "ann" });
    expect(first.pending_tasks.tasks).toHaveLength(1);
    const second = await init({ project_id, agent_id: "ann" });
    const skipped = { skipped: true, reason: expect.any(String) };
    expect(second).toMatchObject({ pending_tasks: skipped, scale_guidance: skipped, more_available: skipped });
    await board.task(project_id);
    const third = await init({ project_id, agent_id: "ann" });
    expect(third.pending_tasks.tasks).toHaveLength(2);
    expect(third.more_available).toEqual(skipped);
    // Another agent, another process with the same agent name, another project, no agent name: each gets everything.
    expect((await init({ project_id, agent_id: "ben" })).pending_tasks.tasks).toHaveLength(2);
    const elsewhere = await other.call("session_init", { project_id, agent_id: "ann" });
    expect(elsewhere.pending_tasks.tasks).toHaveLength(2);
    expect((await init({ project_id: await board.project(), agent_id: "ann" })).pending_tasks.tasks).toEqual([]);
    expect((await init({ project_id })).pending_tasks.tasks).toHaveLength(2);
  });

  it("gives an agent that keeps skipped sections the same as one that asks for everything", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const changes = [
      () => board.task(project_id),
      () => board.call("board_update_task", { task_id, title: "new" }),
      () => board.call("board_update_task", { task_id, title: "newer" }),
      () => board.call("board_update_project", { project_id, description: "changed" }),
      () => Promise.resolve(),
    ];
    const kept: Record<string, unknown> = {};
    const scopes = ["standard", "full", "resume", "full", "standard", "full", "resume", "resume", "full"];
    for (const [at, scope] of scopes.entries()) {
      await changes[at % changes.length]?.();
      const scratch = await init({ project_id, scope });
      const agent = await init({ project_id, scope, agent_id: "keeper" });
      for (const section of SECTIONS.filter((name) => name in agent)) {
        if (!agent[section].skipped) kept[section] = agent[section];
        expect([scope, section, kept[section]]).toEqual([scope, section, scratch[section]]);
      }
    }
  });
});

describe("end_session", () => {
  it("keeps the summary as a memory that later agents are given, linked to its task", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await init({ project_id, agent_id: "ann" });
    const summary = "The importer loses comments because the lexer drops trivia tokens.";
    const ended = await board.call("end_session", { agent_id: "ann", task_id, summary });
    const next = await init({
      project_id,
      scope: "resume",
      agent_id: "ben",
      intent: "fix lexer trivia in the importer",
    });
    expect(next.relevant_memories.memories).toEqual([
      { id: ended.memory_id, summary, task_id, agent_id: "ann", updated_at: expect.any(String) },
    ]);
    await init({ project_id, agent_id: "cat" });
    const again = await board.call("end_session", { agent_id: "cat", summary: `${summary} Really.` });
    expect(again.memory_id).toBe(ended.memory_id);
    const refused = board.call("end_session", { agent_id: "ann", task_id: "nope" });
    await expect(refused).toFailWith("task_not_found");
  });

  it("records usage once, however often it is repeated", async () => {
    const project_id = await board.project();
    const { session_id } = await init({ project_id, agent_id: "spender", model: "m-1", provider: "p" });
    const usage = { agent_id: "spender", input_tokens: 100, output_tokens: 20, cost_usd: 0.25, summary: "spent" };
    const first = await board.call("end_session", usage);
    expect(first.session_id).toBe(session_id);
    expect(await other.call("end_session", usage)).toMatchObject({ session_id, memory_id: first.memory_id });
    const { sessions } = await board.call("board_get_sessions", { agent_name: "spender" });
    expect(sessions).toMatchObject([
      {
        id: session_id,
        kind: "agent",
        status: "completed",
        model: "m-1",
        input_tokens: 100,
        output_tokens: 20,
        cost_usd: 0.25,
      },
    ]);
    const later = await board.call("end_session", { ...usage, input_tokens: 5 });
    expect(later.session_id).not.toBe(session_id);
  });

  it("reports how well context was delivered, from what was recorded", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const session = async () => {
      await init({ project_id, agent_id: "zed" });
      await init({ project_id, agent_id: "zed" });
      await board.call("board_log_activity", { agent_name: "zed", action: "found", task_id });
      await init({ project_id, agent_id: "zed", scope: "full" });
      return (await board.call("end_session", { agent_id: "zed", summary: `done ${Math.random()}` }))
        .effectiveness_report;
    };
    // Three deliveries: work followed on a task that the first two showed, and the third replaced the second.
    const first = await session();
    expect(first).toMatchObject({ total_deliveries: 3, context_hit_rate: 0.67, first_fetch_right: 2, prev_7d: null });
    expect(first.tokens_saved).toBeGreaterThan(0);
    const second = await session();
    const { message: _, prev_7d: __, ...figures } = first;
    // The entry of the second session counts as a hit of the last delivery of the first.
    expect(second.prev_7d).toEqual({ ...figures, context_hit_rate: 1 });
    const newAgent = await board.call("end_session", { agent_id: "new-agent" });
    expect(newAgent.effectiveness_report).toMatchObject({
      context_hit_rate: 0,
      first_fetch_right: 0,
      total_deliveries: 0,
      tokens_saved: 0,
      prev_7d: null,
    });
  });
});
