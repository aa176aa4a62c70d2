import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";

const board = useBoard();
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MINUTE = 60_000;
describe("board_create_session", () => {
  it("stores every field and logs session_started", async () => {
    const project_id = await board.project();
    const metadata = { worker_id: "batch-123", nested: { hostname: "mig-5", empty: null } };
    const given = {
      session_type: "background",
      agent_name: "ann",
      title: "T",
      model: "m",
      story_id: "S-1",
      phase: "p",
    };
    const opened = await board.call("board_create_session", { project_id, metadata, ...given });
    expect(opened).toMatchObject({ abandoned_sessions: 0, message: "Session started successfully" });
    expect(opened.session_id).toMatch(UUID);
    expect(await board.stored("sessions", opened.session_id)).toMatchObject({
      ...given,
      kind: "board",
      project_id,
      metadata,
      status: "active",
      ended_at: null,
      progress_summary: null,
      handoff_notes: null,
      context_artifacts: {},
      input_tokens: 0,
      cost_usd: null,
      tags: [],
    });
    expect((await board.entries(project_id)).at(-1)).toMatchObject({
      action: "session_started",
      agent_name: "ann",
      session_id: opened.session_id,
      details: "New background session started",
    });
  });

  it("abandons every active session of the project, and only of the project", async () => {
    const [project_id, elsewhere] = [await board.project(), await board.project()];
    const other = await board.call("board_create_session", { project_id: elsewhere });
    const first = await board.call("board_create_session", { project_id });
    await board.db.doc("sessions/another-client").set({
      project_id,
      status: "active",
      started_at: new Date(),
      ended_at: null,
      progress_summary: "kept",
    });
    const opened = await board.call("board_create_session", { project_id });
    expect(opened.abandoned_sessions).toBe(2);
    expect(await board.stored("sessions", first.session_id)).toMatchObject({
      status: "abandoned",
      ended_at: expect.anything(),
      progress_summary: "Session abandoned (new session started)",
    });
    expect(await board.stored("sessions", "another-client")).toMatchObject({
      status: "abandoned",
      progress_summary: "kept",
    });
    expect((await board.stored("sessions", other.session_id)).status).toBe("active");
    const entries = (await board.entries(project_id)).slice(-3);
    expect(entries.map(({ action }) => action).sort()).toEqual(["session_ended", "session_ended", "session_started"]);
    expect(new Set(entries.map(({ call_id }) => call_id)).size).toBe(1);
    expect(entries.find(({ action }) => action === "session_started").details).toBe(
      "New solo session started (2 stale session(s) abandoned)",
    );
    expect(["another-client", first.session_id]).toContain(opened.handoff.last_session.id);
  });

  it("joins the active session when asked to, or refuses", async () => {
    const project_id = await board.project();
    const alone = await board.call("board_create_session", { project_id, if_active: "join", agent_name: "ann" });
    expect(alone).not.toHaveProperty("joined");
    const joined = await board.call("board_create_session", { project_id, if_active: "join", title: "ignored" });
    expect(joined).toMatchObject({ session_id: alone.session_id, joined: true, abandoned_sessions: 0 });
    expect((await board.stored("sessions", alone.session_id)).title).toBeNull();
    const refused = board.call("board_create_session", { project_id, if_active: "reject" });
    await expect(refused).toFailWith("session_active");
    await expect(refused).rejects.toMatchObject({
      details: { session_id: alone.session_id, agent_name: "ann", age_seconds: expect.any(Number) },
    });
    expect(await board.entries(project_id)).toHaveLength(2);
  });

  it("leaves the project untouched", async () => {
    const project_id = await board.project();
    const before = await board.store.ref("projects", project_id).get();
    await board.call("board_create_session", { project_id });
    const after = await board.store.ref("projects", project_id).get();
    expect(after.data()).toEqual(before.data());
    expect(after.updateTime).toEqual(before.updateTime);
  });

  it("does not touch sessions of other toolsets", async () => {
    const project_id = await board.project();
    const id = `context-${project_id}`;
    await board.db.doc(`sessions/${id}`).set({ project_id, kind: "context", status: "active", started_at: new Date() });
    expect((await board.call("board_create_session", { project_id })).abandoned_sessions).toBe(0);
    expect((await board.stored("sessions", id)).status).toBe("active");
    const end = board.call("board_end_session", { session_id: id, progress_summary: "x" });
    await expect(end).toFailWith("session_not_active");
  });

  it("refuses an unknown or archived project", async () => {
    await expect(board.call("board_create_session", { project_id: "nope" })).toFailWith("project_not_found");
    const project_id = await board.project();
    await board.call("board_update_project", { project_id, status: "archived" });
    await expect(board.call("board_create_session", { project_id })).toFailWith("project_archived");
  });
});

describe("board_checkpoint_session", () => {
  it("saves notes without ending, merges artifacts by key and logs it", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const save = (notes: object) => board.call("board_checkpoint_session", { session_id, ...notes });
    await save({ progress_summary: "half", context_artifacts: { a: 1, b: 1 } });
    const saved = await save({ handoff_notes: "go on", context_artifacts: { b: 2 } });
    expect(saved).toEqual({ session_id, status: "active", warnings: [], message: "Notes saved" });
    expect(await board.stored("sessions", session_id)).toMatchObject({
      status: "active",
      progress_summary: "half",
      handoff_notes: "go on",
      context_artifacts: { a: 1, b: 2 },
    });
    expect((await board.entries(project_id)).at(-1)).toMatchObject({
      action: "updated",
      agent_name: "ann",
      session_id,
    });
    const before = (await board.entries(project_id)).length;
    expect((await save({ handoff_notes: "go on" })).message).toBe("Nothing to save");
    expect(await board.entries(project_id)).toHaveLength(before);
    await expect(save({ context_artifacts: { c: "x".repeat(32_768) } })).toFailWith("invalid_argument");
  });

  it("adds late notes to an abandoned session and refuses a completed or unknown one", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id });
    await board.call("board_create_session", { project_id });
    const late = await board.call("board_checkpoint_session", { session_id, handoff_notes: "late" });
    expect(late).toMatchObject({ status: "abandoned", warnings: [expect.any(String)] });
    const { session_id: done } = await board.call("board_create_session", { project_id });
    await board.call("board_end_session", { session_id: done, progress_summary: "x" });
    const refused = board.call("board_checkpoint_session", { session_id: done, handoff_notes: "y" });
    await expect(refused).toFailWith("session_not_active");
    const unknown = board.call("board_checkpoint_session", { session_id: "nope", handoff_notes: "y" });
    await expect(unknown).toFailWith("session_not_found");
  });
});

describe("board_end_session", () => {
  it("completes the session with its notes and warns of tasks left in progress", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const task_id = await board.task(project_id);
    await board.call("board_update_task", { task_id, status: "in_progress", session_id });
    const notes = {
      progress_summary: "Half done",
      handoff_notes: `Continue ${task_id}`,
      context_artifacts: { files_modified: ["a.ts"], own: { key: 1 } },
    };
    const ended = await board.call("board_end_session", { session_id, ...notes });
    expect(ended).toMatchObject({ session_id, status: "completed", warnings: [expect.stringContaining(task_id)] });
    expect(await board.stored("sessions", session_id)).toMatchObject({ ...notes, status: "completed" });
    expect((await board.entries(project_id)).at(-1)).toMatchObject({ action: "session_ended", agent_name: "ann" });
  });

  it("overwrites nothing on a completed session", async () => {
    const { session_id } = await board.call("board_create_session", { project_id: await board.project() });
    await board.call("board_end_session", { session_id, progress_summary: "first" });
    const again = board.call("board_end_session", { session_id, progress_summary: "second" });
    await expect(again).toFailWith("session_not_active");
    expect((await board.stored("sessions", session_id)).progress_summary).toBe("first");
  });

  it("keeps late notes of an abandoned session without overwriting what was saved", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id });
    await board.call("board_create_session", { project_id });
    const late = { session_id, progress_summary: "late", handoff_notes: "notes", context_artifacts: { a: 1 } };
    const first = await board.call("board_end_session", late);
    expect(first).toMatchObject({ status: "abandoned", warnings: [expect.stringContaining("abandoned")] });
    const second = { ...late, progress_summary: "later", handoff_notes: "other", context_artifacts: { a: 2, b: 3 } };
    await board.call("board_end_session", second);
    expect(await board.stored("sessions", session_id)).toMatchObject({
      status: "abandoned",
      progress_summary: "late",
      handoff_notes: "notes",
      context_artifacts: { a: 1 },
    });
  });

  it("keeps what an agent says at the end, after its checkpoint, in a session that was abandoned meanwhile", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const early = { progress_summary: "half way", handoff_notes: "parser begun" };
    await board.call("board_checkpoint_session", { session_id, ...early });
    await board.call("board_create_session", { project_id, agent_name: "ben" });
    const final = { session_id, progress_summary: "all of it", handoff_notes: "parser done" };
    for (const _ of ["said", "repeated"])
      expect(await board.call("board_end_session", final)).toMatchObject({ status: "abandoned" });
    expect(await board.stored("sessions", session_id)).toMatchObject(early);
    const { handoff } = await board.call("board_create_session", { project_id });
    const { progress_summary, handoff_notes } = handoff.last_handoff;
    expect([progress_summary, handoff_notes]).toEqual([
      expect.stringMatching(/half way.*all of it/s),
      expect.stringMatching(/parser begun.*parser done/s),
    ]);
    expect(progress_summary.match(/all of it/g)).toHaveLength(1);
  });

  it("refuses an unknown session and an empty summary", async () => {
    const end = (fields: object) =>
      board.call("board_end_session", { session_id: "nope", progress_summary: "x", ...fields });
    await expect(end({})).toFailWith("session_not_found");
    await expect(end({ progress_summary: "" })).toFailWith("invalid_argument");
    await expect(end({ handoff_notes: "x".repeat(40_001) })).toFailWith("invalid_argument");
  });
});

describe("board_get_sessions and board_get_session", () => {
  it("list the history, newest first, filtered and in pages, and mark stale ones", async () => {
    const project_id = await board.project();
    const made: string[] = [];
    for (const agent_name of ["ann", "ben", "ann"])
      made.push((await board.call("board_create_session", { project_id, agent_name })).session_id);
    const list = async (filter: object) =>
      ids((await board.call("board_get_sessions", { project_id, ...filter })).sessions);
    expect(await list({})).toEqual([...made].reverse());
    expect(await list({ agent_name: "ann" })).toEqual([made[2], made[0]]);
    expect(await list({ status: "abandoned", agent_name: "ann" })).toEqual([made[0]]);
    const first = await board.call("board_get_sessions", { project_id, limit: 2 });
    expect(await list({ limit: 2, cursor: first.next_cursor })).toEqual([made[0]]);

    const stale = async () => (await board.call("board_get_sessions", { project_id, limit: 1 })).sessions[0].stale;
    expect(await stale()).toBe(false);
    const silent = new Date(Date.now() - 31 * MINUTE);
    await board.store.ref("sessions", made[2] as string).update({ last_seen_at: silent });
    expect(await stale()).toBe(true);
  });

  it("show one session with its tokens, its activity and the tasks it touched", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { title: "Touched" });
    const opened = await board.call("board_create_session", { project_id, metadata: { host: "h" }, title: "T" });
    const { session_id } = opened;
    await board.call("board_update_task", { task_id, status: "done", session_id });
    await board.store.ref("sessions", session_id).update({ input_tokens: 7, cost_usd: 0.5 });
    expect(await board.call("board_get_session", { session_id })).toMatchObject({
      id: session_id,
      kind: "board",
      title: "T",
      metadata: { host: "h" },
      input_tokens: 7,
      cost_usd: 0.5,
      stale: false,
      activity: [{ action: "completed", task_id }, { action: "session_started" }],
      tasks: [{ id: task_id, title: "Touched", status: "done" }],
    });
    await expect(board.call("board_get_session", { session_id: "nope" })).toFailWith("session_not_found");
  });
});
