import { beforeAll, describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import type { Agent, Answer } from "../support/client.js";
import { useOtherWindows } from "../support/windows.js";

const board = useBoard();
let window: Agent;
let third: Agent;
const windows = useOtherWindows(board);
beforeAll(() => {
  [window, third] = windows();
});

const SKIPPED = { skipped: true };
const stored = (id: string): Promise<Answer> => board.stored("sessions", id);

describe("two windows of one agent_id", () => {
  it("have a session each, and each ends its own with its own summary", async () => {
    const [project_id, agent_id] = [await board.project(), "claude"];
    const first = await board.call("session_init", { project_id, agent_id });
    const second = await window.call("session_init", { project_id, agent_id });
    expect(second.session_id).not.toBe(first.session_id);
    expect((await board.call("session_init", { project_id, agent_id })).session_id).toBe(first.session_id);

    const ended = await board.call("end_session", { agent_id, summary: "the first window's words", input_tokens: 1 });
    expect(ended.session_id).toBe(first.session_id);
    expect((await stored(second.session_id)).status).toBe("active");
    const repeated = await board.call("end_session", {
      agent_id,
      summary: "the first window's words",
      input_tokens: 1,
    });
    expect(repeated.session_id).toBe(first.session_id);
    const other = await window.call("end_session", { agent_id, summary: "what another one did" });
    expect(other.session_id).toBe(second.session_id);
    expect(await stored(first.session_id)).toMatchObject({ progress_summary: "the first window's words" });
    expect(await stored(second.session_id)).toMatchObject({ progress_summary: "what another one did" });
  });

  it("go on with a session whose window is gone, never with one that another window holds", async () => {
    const [project_id, agent_id] = [await board.project(), "gone"];
    const left = await window.call("session_init", { project_id, agent_id });
    expect((await board.call("session_init", { project_id, agent_id })).session_id).not.toBe(left.session_id);
    await board.store.ref("sessions", left.session_id).update({ last_seen_at: new Date(Date.now() - 31 * 60_000) });
    expect((await third.call("session_init", { project_id, agent_id })).session_id).toBe(left.session_id);
  });
});

describe("end_session without session_init over the connection", () => {
  it("ends the agent's newest active session", async () => {
    const [project_id, agent_id] = [await board.project(), "scripted"];
    const { session_id } = await window.call("session_init", { project_id, agent_id });
    expect((await board.call("end_session", { agent_id, summary: "by a script" })).session_id).toBe(session_id);
    expect((await stored(session_id)).status).toBe("completed");
  });

  it("asks which one when there are several in different projects", async () => {
    const [here, there, agent_id] = [await board.project(), await board.project(), "everywhere"];
    const first = await window.call("session_init", { project_id: here, agent_id });
    const second = await window.call("session_init", { project_id: there, agent_id });
    const asked = board.call("end_session", { agent_id, summary: "which?" });
    await expect(asked).toFailWith("invalid_argument");
    await expect(asked).rejects.toMatchObject({
      details: {
        sessions: expect.arrayContaining([
          { session_id: first.session_id, project_id: here },
          { session_id: second.session_id, project_id: there },
        ]),
      },
    });
    const task_id = await board.task(there);
    const ofTask = await third.call("end_session", { agent_id, task_id, summary: "of the task's project" });
    expect(ofTask.session_id).toBe(second.session_id);
    const named = await board.call("end_session", { agent_id, session_id: first.session_id, summary: "this one" });
    expect(named.session_id).toBe(first.session_id);
  });

  it("refuses a session of another agent or toolset", async () => {
    const project_id = await board.project();
    const { session_id } = await window.call("session_init", { project_id, agent_id: "theirs" });
    const { session_id: ofBoard } = await board.call("board_create_session", { project_id, agent_name: "mine" });
    for (const id of [session_id, ofBoard, "nope"])
      await expect(board.call("end_session", { agent_id: "mine", session_id: id })).toFailWith("session_not_found");
  });
});

it("an agent's own session is no news to it", async () => {
  const [project_id, agent_id] = [await board.project(), "calm"];
  for (let at = 0; at < 3; at += 1) await board.task(project_id);
  const whole = await board.call("session_init", { project_id, agent_id, scope: "full" });
  expect(whole.working_state.latest_changes).toHaveLength(3);
  const again = await board.call("session_init", { project_id, agent_id, scope: "full" });
  expect(again).toMatchObject({ working_state: SKIPPED, knowledge_graph: SKIPPED });
  await window.call("session_init", { project_id, agent_id });
  const changed = await board.call("session_init", { project_id, agent_id });
  expect(changed.working_state.active_sessions).toHaveLength(2);
});
