import { describe, expect, it } from "vitest";
import type { Tool } from "../../src/tools/define.js";
import { TOOLS } from "../../src/tools/index.js";
import { useBoard } from "../support/board.js";
import { type Answer, errorOf } from "../support/client.js";
import { type SloppyForm, sloppyForms, validValues } from "../support/sloppy-forms.js";
import { LEADER, openContextSession, PATIENCE } from "../support/telemetry.js";
import { beginTurn, newRequestId, newSessionId, openLog } from "../support/turnlog.js";

const board = useBoard({ ...PATIENCE, FIREBOARD_DEADLINE_MS: "30000" });

type Args = Record<string, unknown>;

/** What a tool that writes answers for one and the same call is the same under one key; what it changes is then asked once. */
const hasKey = ({ input }: Tool) => "idempotency_key" in input.shape;
let keys = 0;

/** Arguments by which a tool has something to do; null leaves one out. */
async function known(tool: Tool): Promise<Args> {
  const project_id = await board.project();
  const [task_id, parent_task_id, other] = await Promise.all([1, 2, 3].map(() => board.task(project_id)));
  const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
  const ids = { project_id, projectId: project_id, task_id, parent_task_id, session_id, task_ids: [task_id] };
  const names = { agent_name: "ann", agent_id: `ann-${keys}`, agentName: LEADER, depends_on: [other] };
  const left = { if_updated_at: null, cursor: null, since: null, endedAt: null };
  return { ...ids, ...names, ...left, ...(await ofItsFamily(tool)) };
}

async function ofItsFamily({ name }: Tool): Promise<Args> {
  if (name === "sessionCreate") return { sessionId: crypto.randomUUID() };
  if (name.startsWith("sessionlog_")) return await ofTheLog(name);
  if (name.startsWith("session"))
    return { sessionId: await openContextSession(board), dryRun: true, retentionDays: 90 };
  if (name === "board_claim_task") return { project_id: null };
  return name === "end_session" ? { cost_usd: 1 } : {};
}

async function ofTheLog(name: string): Promise<Args> {
  const agent = "ClaudeCowork";
  if (name === "sessionlog_open_session") return { agent, sessionId: newSessionId(agent) };
  const sessionId = await openLog(board, agent);
  const begins = name === "sessionlog_begin_turn";
  return { agent, sessionId, requestId: begins ? newRequestId() : await beginTurn(board) };
}

/** The result of a call or its refusal, without what passes with time. */
async function outcome({ name }: Tool, args: unknown): Promise<Answer> {
  const result = await board.agent.client.callTool({ name, arguments: args as Args });
  const answer = result.isError ? errorOf(result) : result.structuredContent;
  if (name === "session_init") return { scope: answer.scope, project_id: answer.project_id, error: answer.code };
  // A repeated start answers with a handoff of now, which the first start's own entries are in, or with a session's age.
  if (name === "board_create_session") return { ...answer, handoff: undefined, details: undefined };
  return { ...answer, cutoffDate: undefined, lastUpdated: undefined, timestamp: undefined, time_in_status: undefined };
}

/** Every kind of form; test/calls/read-arguments.test.ts has every word and white space too. */
const formsOf = (tool: Tool) =>
  sloppyForms(tool, validValues(tool, {}))
    .map(({ form }) => form)
    .filter((form) => !/^(status|priority): |white space/.test(form) || /: (pending|cancelled|P0)$/.test(form));

describe.each(TOOLS)("$name", (tool) => {
  let found: Args | undefined;

  it.each(formsOf(tool))("%s: answers what it answers to the strict form", async (form) => {
    keys += 1;
    if (found === undefined || !tool.annotations.readOnlyHint) found = await known(tool);
    const all = { ...validValues(tool, found), ...(hasKey(tool) ? { idempotency_key: `k${keys}` } : {}) };
    const { sloppy, strict } = sloppyForms(tool, all).find((each) => each.form === form) as SloppyForm;
    const first = await outcome(tool, strict);
    expect(first).not.toMatchObject({ code: "invalid_argument" });
    expect(await outcome(tool, sloppy)).toEqual(first);
  });
});

it("clear empties what is stored, and only that", async () => {
  const project_id = await board.project({ description: "old" });
  const parent_task_id = await board.task(project_id);
  const fields = { description: "old", assigned_agent: "ann", riper_mode: "plan", parent_task_id, title: "T" };
  const task_id = await board.task(project_id, fields);
  const clear = ["description", "assigned_agent", "parent_task_id"];
  const { changes } = await board.call("board_update_task", { task_id, clear, title: "T" });
  expect(changes.sort()).toEqual([...clear].sort());
  const task = await board.stored("tasks", task_id);
  expect(task).toMatchObject({ description: null, assigned_agent: null, riper_mode: "plan", parent_task_id: null });
  expect(task).not.toHaveProperty("clear");
  await board.call("board_update_project", { project_id, clear: ["description"] });
  expect((await board.stored("projects", project_id)).description).toBeNull();
});

it("a word of another tracker is stored as ours", async () => {
  const project_id = await board.project({ priority: "P0" });
  const task_id = await board.task(project_id, { status: "wontfix", priority: "Urgent" });
  expect(await board.stored("projects", project_id)).toMatchObject({ priority: "critical" });
  expect(await board.stored("tasks", task_id)).toMatchObject({
    ...{ status: "done", resolution: "cancelled", priority: "critical" },
  });
});
