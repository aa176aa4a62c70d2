import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";

const board = useBoard();
const tokens = (value: unknown) => encode(JSON.stringify(value)).length;

async function endedSession(project_id: string, notes: Record<string, unknown>): Promise<string> {
  const { session_id } = await board.call("board_create_session", { project_id });
  await board.endSession(session_id, notes);
  return session_id;
}

describe("the handoff", () => {
  it("is empty on a new project", async () => {
    const project_id = await board.project({ name: "New", description: "About" });
    expect(await board.call("board_get_handoff", { project_id })).toEqual({
      project: { id: project_id, name: "New", status: "active", description: "About" },
      last_session: null,
      last_handoff: null,
      active_tasks: [],
      active_task_count: 0,
      recent_activity: [expect.objectContaining({ action: "created" })],
      omitted: [],
    });
  });

  it("holds the last session, open tasks in order and the entries of this call", async () => {
    const project_id = await board.project();
    const low = await board.task(project_id, { priority: "low" });
    await board.task(project_id, { status: "done" });
    const urgent = await board.task(project_id, { priority: "critical", depends_on: [low], riper_mode: "plan" });
    const artifacts = { decisions_made: ["x"], next_steps: ["y"] };
    const last = await endedSession(project_id, { handoff_notes: `see ${urgent}`, context_artifacts: artifacts });
    const { handoff } = await board.call("board_create_session", { project_id, agent_name: "ben" });
    expect(handoff.last_session).toEqual({
      id: last,
      status: "completed",
      progress_summary: "done",
      handoff_notes: `see ${urgent}`,
      context_artifacts: artifacts,
      started_at: expect.any(String),
      ended_at: expect.any(String),
    });
    expect(handoff.last_handoff).toBeNull();
    expect(handoff.active_task_count).toBe(2);
    expect(handoff.active_tasks).toEqual([
      {
        id: urgent,
        title: "A task",
        status: "todo",
        priority: "critical",
        assigned_agent: null,
        riper_mode: "plan",
        depends_on: [low],
      },
      expect.objectContaining({ id: low }),
    ]);
    expect(handoff.recent_activity[0]).toMatchObject({ action: "session_started", agent_name: "ben" });
    expect(handoff.recent_activity[1]).toMatchObject({ action: "session_ended", session_id: last });
  });

  it("does not take a session that ended in the future for the last one, as long as there is another", async () => {
    const project_id = await board.project();
    const ahead = await endedSession(project_id, { handoff_notes: "from a clock that was ahead" });
    const next_year = new Date(Date.now() + 365 * 24 * 60 * 60_000);
    await board.store.ref("sessions", ahead).update({ ended_at: next_year });
    const last = async () => (await board.call("board_get_handoff", { project_id })).last_session.id;
    expect(await last()).toBe(ahead);
    const later = await endedSession(project_id, { handoff_notes: "later notes" });
    expect(await last()).toBe(later);
  });

  it("shows a session that this call abandons as the last one", async () => {
    const project_id = await board.project();
    const withNotes = await endedSession(project_id, { handoff_notes: "good notes" });
    const crashed = await board.call("board_create_session", { project_id });
    const { handoff } = await board.call("board_create_session", { project_id });
    expect(handoff.last_session).toMatchObject({ id: crashed.session_id, status: "abandoned", handoff_notes: null });
    expect(handoff.last_handoff).toMatchObject({ id: withNotes, handoff_notes: "good notes" });
    expect(handoff.recent_activity.map(({ action }: { action: string }) => action).slice(0, 2)).toEqual([
      "session_started",
      "session_ended",
    ]);
  });

  it("finds the last notes although many sessions without notes came later", async () => {
    const project_id = await board.project();
    const withNotes = await endedSession(project_id, { handoff_notes: "good notes" });
    for (let crash = 0; crash < 15; crash += 1) await board.call("board_create_session", { project_id });
    const handoff = await board.call("board_get_handoff", { project_id });
    expect(handoff.last_handoff).toMatchObject({ id: withNotes });
  });

  it("shows the last 20 entries of this project and none of another", async () => {
    const [project_id, other] = [await board.project(), await board.project()];
    for (let at = 0; at < 25; at += 1) {
      const entry = { agent_name: "ann", action: "found" };
      await board.call("board_log_activity", { ...entry, project_id, details: `ours ${at}` });
      await board.call("board_log_activity", { ...entry, project_id: other, details: `theirs ${at}` });
    }
    const { recent_activity } = await board.call("board_get_handoff", { project_id });
    const details = recent_activity.map((entry: { details: string }) => entry.details);
    expect(details).toEqual(Array.from({ length: 20 }, (_, at) => `ours ${24 - at}`));
  });

  it("keeps its size with 300 long tasks and long notes, and says what it left out", async () => {
    const project_id = await board.project();
    const title = (at: number) =>
      `Task ${at}: ${"rework the parser so that it keeps comments ".repeat(6)}`.slice(0, 290);
    for (let at = 0; at < 300; at += 1) await board.task(project_id, { title: title(at) });
    const text = "Decided to keep the lexer and replace the grammar; see the notes of yesterday. ".repeat(110);
    await endedSession(project_id, { progress_summary: text.slice(0, 8_000), handoff_notes: text.slice(0, 8_000) });
    const opened = await board.call("board_create_session", { project_id });
    for (const handoff of [opened.handoff, await board.call("board_get_handoff", { project_id })]) {
      expect(tokens(handoff)).toBeLessThan(8_000);
      expect(handoff.active_task_count).toBe(300);
      const left = handoff.omitted.find(({ what }: { what: string }) => what === "active_tasks");
      expect(left).toEqual({
        what: "active_tasks",
        count: 300 - handoff.active_tasks.length,
        unit: "rows",
        fetch: "board_get_tasks",
      });
      expect(handoff.last_session.handoff_notes).toHaveLength(8_000);
    }
    const small = await board.call("board_get_handoff", { project_id, max_tokens: 1_000 });
    expect(tokens(small)).toBeLessThan(1_000);
    expect(small.active_task_count).toBe(300);
    expect(small.last_session.handoff_notes).toMatch(/…\[cut\]$/);
    const large = await board.call("board_get_handoff", { project_id, max_tokens: 100_000 });
    expect(large.active_tasks).toHaveLength(300);
    expect(large.omitted).toEqual([]);
  });

  it("refuses an unknown project and a size below 1,000 tokens", async () => {
    await expect(board.call("board_get_handoff", { project_id: "nope" })).toFailWith("project_not_found");
    const tiny = board.call("board_get_handoff", { project_id: await board.project(), max_tokens: 999 });
    await expect(tiny).toFailWith("invalid_argument");
  });
});

describe("board_get_handoff since", () => {
  it("shows what changed after a session or a time, with counts, and nothing that did not", async () => {
    const project_id = await board.project();
    const [old, changed, done] = [
      await board.task(project_id),
      await board.task(project_id),
      await board.task(project_id),
    ];
    const mine = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await board.endSession(mine.session_id, { handoff_notes: "mine" });
    const other = await board.call("board_create_session", { project_id, agent_name: "ben" });
    await board.call("board_update_task", { task_id: changed, title: "Changed" });
    await board.call("board_update_task", { task_id: done, status: "done" });
    await board.endSession(other.session_id, { handoff_notes: "his" });

    const { ended_at } = await board.call("board_get_session", { session_id: mine.session_id });
    for (const since of [mine.session_id, ended_at]) {
      const handoff = await board.call("board_get_handoff", { project_id, since });
      expect(handoff.last_session).toMatchObject({ id: other.session_id });
      expect(handoff.active_tasks).toMatchObject([{ id: changed, title: "Changed" }]);
      expect(handoff.active_task_count).toBe(2);
      expect(handoff.recent_activity.map(({ action }: { action: string }) => action)).toEqual([
        "session_ended",
        "completed",
        "updated",
        "session_started",
      ]);
      expect(handoff.since).toEqual({
        time: ended_at,
        sessions_ended: 1,
        tasks_changed: 2,
        tasks_completed: [{ id: done, title: "A task" }],
        entries: 4,
      });
      expect(JSON.stringify(handoff)).not.toContain(old);
    }
    const later = new Date(Date.now() + 1_000).toISOString();
    expect(await board.call("board_get_handoff", { project_id, since: later })).toMatchObject({
      last_session: null,
      last_handoff: null,
      active_tasks: [],
      recent_activity: [],
      since: { sessions_ended: 0, tasks_changed: 0, entries: 0 },
    });
    const today = new Date().toISOString().slice(0, 10);
    const ofToday = await board.call("board_get_handoff", { project_id, since: today });
    expect(ofToday.since.time).toBe(`${today}T00:00:00.000Z`);
    for (const since of ["2026-02-30", "2026-13-01"])
      await expect(board.call("board_get_handoff", { project_id, since })).toFailWith("invalid_argument");
    await expect(board.call("board_get_handoff", { project_id, since: "yesterday" })).rejects.toMatchObject({
      code: "session_not_found",
      message:
        "There is no session yesterday; since must be the id of a session, a date (YYYY-MM-DD) or an ISO 8601 time with a zone.",
    });
    await expect(board.call("board_get_handoff", { project_id, since: "not a time" })).toFailWith("invalid_argument");
  });

  it.each(["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])(
    "%s is accepted",
    async (since) => {
      const project_id = await board.project();
      const handoff = await board.call("board_get_handoff", { project_id, since });
      expect(handoff.since.entries).toBe(since.startsWith("9") ? 0 : 1);
    },
  );

  it("counts every session that ended, and shows each changed task or says that it is left out", async () => {
    const project_id = await board.project();
    for (let at = 0; at < 40; at += 1) await board.task(project_id, { priority: "high" });
    const changed = await board.task(project_id, { priority: "low" });
    const opened = await board.call("board_create_session", { project_id });
    await board.endSession(opened.session_id);
    await board.call("board_update_task", { task_id: changed, title: "Changed" });
    for (let at = 0; at < 26; at += 1) await board.call("board_create_session", { project_id });
    const since = await board.call("board_get_handoff", { project_id, since: opened.session_id, max_tokens: 1_000 });
    expect(since.since).toMatchObject({ sessions_ended: 25, tasks_changed: 1 });
    expect(ids(since.active_tasks)).toEqual([changed]);
  });
});
