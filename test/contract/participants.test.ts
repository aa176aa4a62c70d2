import { beforeAll, describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, type Answer, startAgent } from "../support/client.js";
import { useOtherWindows } from "../support/windows.js";

const board = useBoard();
let window: Agent;
let third: Agent;
const windows = useOtherWindows(board);
beforeAll(() => {
  [window, third] = windows();
});

const open = (project_id: string, fields: object = {}): Promise<Answer> =>
  board.call("board_create_session", { project_id, agent_name: "claude", ...fields });
const join = (agent: Pick<Agent, "call">, project_id: string, fields: object = {}): Promise<Answer> =>
  agent.call("board_create_session", { project_id, agent_name: "claude", if_active: "join", ...fields });
const end = (agent: Pick<Agent, "call">, session_id: string, progress_summary: string, fields: object = {}) =>
  agent.call("board_end_session", { session_id, progress_summary, ...fields });
const partsOf = async (session_id: string): Promise<Answer[]> =>
  (await board.call("board_get_session", { session_id })).participants;
const lastSession = async (project_id: string): Promise<Answer> =>
  (await board.call("board_get_handoff", { project_id })).last_session;
/** Lets the creator of a session, or those who joined it, look silent for half an hour. */
async function silence(session_id: string, who: "creator" | "joiners"): Promise<void> {
  const last_seen_at = new Date(Date.now() - 31 * 60_000);
  const ref = board.db.doc(`sessions/${session_id}`);
  if (who === "creator") await ref.update({ last_seen_at });
  else
    for (const { ref: part } of (await ref.collection("participants").get()).docs) await part.update({ last_seen_at });
}

/** A session of one window that a second one has joined. */
async function shared() {
  const project_id = await board.project();
  const { session_id } = await open(project_id);
  await join(window, project_id);
  return { project_id, session_id };
}

describe("joining a session", () => {
  it("gives each living participant a name of its own, and says so", async () => {
    const project_id = await board.project();
    const opened = await open(project_id);
    expect(opened.agent_name).toBe("claude");
    const second = await join(window, project_id);
    expect(second).toMatchObject({ session_id: opened.session_id, joined: true, agent_name: "claude-2" });
    expect(second.message).toContain("agent_name");
    expect((await join(third, project_id)).agent_name).toBe("claude-3");
    expect(await partsOf(opened.session_id)).toMatchObject([
      { agent_name: "claude-2", ended_at: null, summary: null, notes: null, artifacts: {} },
      { agent_name: "claude-3" },
    ]);
    expect((await open(await board.project(), { agent_name: undefined })).agent_name).toBeNull();
  });

  it("again is no second part, whatever the name", async () => {
    const { project_id, session_id } = await shared();
    for (const agent_name of ["claude", "somebody"])
      expect((await join(window, project_id, { agent_name })).agent_name).toBe("claude-2");
    expect((await join(board, project_id, { agent_name: "other" })).agent_name).toBe("claude");
    expect(await partsOf(session_id)).toHaveLength(1);
  });

  it("takes the name of one that is silent, or has ended its part", async () => {
    const { project_id, session_id } = await shared();
    await silence(session_id, "joiners");
    expect((await join(third, project_id, { agent_name: "claude-2" })).agent_name).toBe("claude-2");
    await end(board, session_id, "done");
    const again = await join(board, project_id);
    expect(again.agent_name).toBe("claude");
  });

  it("answers the same under the same idempotency_key", async () => {
    const project_id = await board.project();
    await open(project_id);
    const first = await join(window, project_id, { idempotency_key: "j" });
    const repeated = await join(third, project_id, { idempotency_key: "j" });
    const { handoff: _, ...answer } = first;
    expect(repeated).toMatchObject(answer);
    expect(await partsOf(first.session_id)).toHaveLength(1);
  });

  it("is refused to the 51st", async () => {
    const project_id = await board.project();
    const { session_id } = await open(project_id);
    const parts = board.db.collection(`sessions/${session_id}/participants`);
    for (let at = 0; at < 50; at += 1) await parts.doc(`p${at}`).set({ agent_name: `a${at}`, ended_at: null });
    await expect(join(window, project_id)).toFailWith("guard_refused");
  });
});

describe("what a participant writes", () => {
  it("is by its own name, not by the session's first agent", async () => {
    const { project_id, session_id } = await shared();
    const task_id = await board.task(project_id);
    await window.call("board_update_task", { task_id, title: "by the joiner", session_id });
    await board.call("board_update_task", { task_id, title: "by the creator", session_id });
    await window.call("board_checkpoint_session", { session_id, handoff_notes: "n" });
    const names = (await board.entries(project_id)).slice(-3).map(({ agent_name }) => agent_name);
    expect(names).toEqual(["claude-2", "claude", "claude-2"]);
  });

  it("finishes what it claimed, under its name or the one it gave", async () => {
    const { project_id, session_id } = await shared();
    for (const agent_name of ["claude-2", "claude"]) {
      const task_id = await board.task(project_id);
      await window.call("board_claim_task", { task_id, agent_name, session_id });
      await window.call("board_update_task", { task_id, status: "done", session_id });
      expect((await board.stored("tasks", task_id)).status).toBe("done");
    }
  });

  it("no longer holds what it claimed once it has ended its part: its name may go on", async () => {
    const { project_id, session_id } = await shared();
    const [mine, theirs] = [await board.task(project_id), await board.task(project_id)];
    await board.call("board_claim_task", { task_id: mine, agent_name: "claude", session_id });
    await window.call("board_claim_task", { task_id: theirs, agent_name: "claude-2", session_id });
    for (const [task_id, agent_name, agent] of [
      [mine, "claude", board],
      [theirs, "claude-2", window],
    ] as const) {
      const goOn = () => third.call("board_claim_task", { task_id, agent_name });
      await expect(goOn()).toFailWith("already_claimed");
      await end(agent, session_id, "done");
      expect((await goOn()).task).toMatchObject({ id: task_id, assigned_agent: agent_name });
      await expect(agent.call("board_claim_task", { task_id, agent_name })).toFailWith("already_claimed");
    }
  });

  it("at a checkpoint is kept in its own part", async () => {
    const { session_id } = await shared();
    await board.call("board_checkpoint_session", { session_id, handoff_notes: "creator's" });
    const saved = await window.call("board_checkpoint_session", { session_id, handoff_notes: "joiner's" });
    expect(saved).toMatchObject({ status: "active", message: "Notes saved" });
    expect((await board.stored("sessions", session_id)).handoff_notes).toBe("creator's");
    expect(await partsOf(session_id)).toMatchObject([{ notes: "joiner's", ended_at: null }]);
  });
});

describe("ending a part", () => {
  it.each(["creator", "joiner"])(
    "of the %s first: the last one's end completes the session, both notes stay",
    async (first) => {
      const { project_id, session_id } = await shared();
      const [one, other] = first === "creator" ? [board, window] : [window, board];
      const ended = await end(one, session_id, "the first's", { handoff_notes: "n1", context_artifacts: { a: 1 } });
      expect(ended.status).toBe("active");
      expect(ended.message).toContain("part");
      await expect(end(one, session_id, "again")).toFailWith("session_not_active");
      expect((await end(other, session_id, "the second's", { handoff_notes: "n2" })).status).toBe("completed");
      await expect(end(other, session_id, "again")).toFailWith("session_not_active");
      const [creators, joiners] =
        first === "creator" ? ["the first's", "the second's"] : ["the second's", "the first's"];
      const last = await lastSession(project_id);
      expect(last.progress_summary).toBe(`claude:\n${creators}\n\nclaude-2:\n${joiners}`);
      expect(last.handoff_notes).toContain("n1");
      expect(last.handoff_notes).toContain("n2");
      const actions = (await board.entries(project_id)).map(({ action }) => action);
      expect(actions.filter((action) => action === "session_ended")).toHaveLength(1);
    },
  );

  it("warns only of its own tasks while others go on", async () => {
    const { project_id, session_id } = await shared();
    const [mine, theirs] = [await board.task(project_id), await board.task(project_id)];
    await window.call("board_update_task", { task_id: mine, status: "in_progress", session_id });
    await board.call("board_update_task", { task_id: theirs, status: "in_progress", session_id });
    const { warnings } = await end(window, session_id, "done");
    expect(warnings).toEqual([expect.stringContaining(mine)]);
    expect(warnings[0]).not.toContain(theirs);
  });

  it("completes the session although a silent participant has not ended its own", async () => {
    const first = await shared();
    await silence(first.session_id, "creator");
    expect((await end(window, first.session_id, "done")).status).toBe("completed");
    const second = await shared();
    await silence(second.session_id, "joiners");
    expect((await end(board, second.session_id, "done")).status).toBe("completed");
  });

  it("keeps late notes too, in a session that was completed or abandoned meanwhile", async () => {
    const completed = await shared();
    await silence(completed.session_id, "creator");
    await end(window, completed.session_id, "joiner's");
    const late = await end(board, completed.session_id, "creator's, late", { handoff_notes: "late notes" });
    expect(late).toMatchObject({ status: "completed", warnings: [expect.stringContaining("completed")] });
    expect(await lastSession(completed.project_id)).toMatchObject({
      progress_summary: "claude:\ncreator's, late\n\nclaude-2:\njoiner's",
      handoff_notes: "late notes",
    });

    const abandoned = await shared();
    await window.call("board_checkpoint_session", { session_id: abandoned.session_id, progress_summary: "halfway" });
    const next = await third.call("board_create_session", { project_id: abandoned.project_id });
    expect(next.handoff.last_session.progress_summary).toBe("claude-2:\nhalfway");
    const ended = await end(window, abandoned.session_id, "whole", { handoff_notes: "of the joiner" });
    expect(ended).toMatchObject({ status: "abandoned", warnings: [expect.stringContaining("abandoned")] });
    await end(board, abandoned.session_id, "of the creator");
    expect(await lastSession(abandoned.project_id)).toMatchObject({
      progress_summary: "claude:\nof the creator\n\nclaude-2:\nwhole",
      handoff_notes: "claude-2:\nof the joiner",
    });
  });

  it("and joining again begins another part; what was said before stays", async () => {
    const { project_id, session_id } = await shared();
    await end(window, session_id, "first stint");
    expect((await join(window, project_id)).agent_name).toBe("claude-2");
    await end(window, session_id, "second stint");
    await end(board, session_id, "creator's first");
    expect((await board.stored("sessions", session_id)).status).toBe("completed");
    const { progress_summary } = await lastSession(project_id);
    for (const said of ["first stint", "second stint", "creator's first"]) expect(progress_summary).toContain(said);
  });
});

describe("a connection that is no participant", () => {
  it("ends a session that nobody else joined, and overwrites nothing of a living creator", async () => {
    const project_id = await board.project();
    const { session_id } = await open(project_id);
    await board.call("board_checkpoint_session", { session_id, progress_summary: "halfway", handoff_notes: "plan" });
    expect((await end(window, session_id, "after a restart")).status).toBe("completed");
    expect((await board.stored("sessions", session_id)).progress_summary).toBe("halfway");
    expect(await partsOf(session_id)).toMatchObject([{ agent_name: "claude", summary: "after a restart" }]);
    expect((await lastSession(project_id)).progress_summary).toBe("claude:\nhalfway\n\nclaude:\nafter a restart");
    await expect(end(third, session_id, "by a third")).toFailWith("session_not_active");
    expect((await end(board, session_id, "whole")).status).toBe("completed");
    expect((await board.stored("sessions", session_id)).progress_summary).toBe("whole");
  });

  it("takes the creator's place when that is free", async () => {
    const project_id = await board.project();
    const { session_id } = await open(project_id);
    await board.call("board_checkpoint_session", { session_id, progress_summary: "halfway" });
    await silence(session_id, "creator");
    await window.call("board_checkpoint_session", { session_id, progress_summary: "further" });
    expect((await end(window, session_id, "done")).status).toBe("completed");
    expect((await board.stored("sessions", session_id)).progress_summary).toBe("done");
    expect(await partsOf(session_id)).toEqual([]);
  });

  it("takes the creator's place at once when its server stopped cleanly", async () => {
    const project_id = await board.project();
    const stopped = await startAgent(board.database.env, "stopped");
    const { session_id } = await join(stopped, project_id);
    await stopped.call("board_checkpoint_session", { session_id, progress_summary: "halfway" });
    await stopped.close();
    expect((await end(board, session_id, "done")).status).toBe("completed");
    expect((await board.stored("sessions", session_id)).progress_summary).toBe("done");
    expect(await partsOf(session_id)).toEqual([]);
  });

  it("finds the part of a joiner ended, and its name free, when its server stopped cleanly", async () => {
    const project_id = await board.project();
    const { session_id } = await open(project_id);
    const stopped = await startAgent(board.database.env, "stopped");
    await join(stopped, project_id);
    await stopped.close();
    expect(await partsOf(session_id)).toMatchObject([{ agent_name: "claude-2", ended_at: expect.any(String) }]);
    expect((await join(window, project_id)).agent_name).toBe("claude-2");
  });

  it("does not complete a session in which others take part", async () => {
    const { session_id } = await shared();
    expect((await end(third, session_id, "by a third")).status).toBe("active");
    expect(await partsOf(session_id)).toMatchObject([{ agent_name: "claude-2" }, { summary: "by a third" }]);
  });
});

describe("the handoff", () => {
  it("finds notes that only a joiner left, before older ones", async () => {
    const { project_id, session_id } = await shared();
    await window.call("board_checkpoint_session", { session_id, handoff_notes: "the joiner's" });
    await open(project_id);
    const crashed = await open(project_id);
    const { handoff } = await open(project_id);
    expect(handoff.last_session).toMatchObject({ id: crashed.session_id, handoff_notes: null });
    expect(handoff.last_handoff).toMatchObject({ id: session_id, handoff_notes: "claude-2:\nthe joiner's" });
    expect(handoff.salvaged).toMatchObject({ session_id: crashed.session_id });
  });

  it("reads who left no notes as one that left none", async () => {
    const { project_id, session_id } = await shared();
    const { handoff } = await open(project_id);
    expect(handoff.last_session).toMatchObject({ id: session_id, handoff_notes: null });
    expect(handoff).toHaveProperty("salvaged");
  });
});

it("a participant with a field of a wrong type is no obstacle", async () => {
  const { project_id, session_id } = await shared();
  const [part] = (await board.db.collection(`sessions/${session_id}/participants`).get()).docs;
  await part?.ref.update({ notes: 7, joined_at: "yesterday" });
  await end(board, session_id, "creator's");
  expect((await end(window, session_id, "joiner's")).status).toBe("completed");
  expect((await lastSession(project_id)).progress_summary).toBe("claude:\ncreator's\n\nclaude-2:\njoiner's");
});
