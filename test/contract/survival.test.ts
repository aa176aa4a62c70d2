import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";

const board = useBoard();
const MINUTE = 60_000;

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

describe("board_get_sessions and board_get_session", () => {
  it("list the history, newest first, filtered and in pages, and tell stale ones", async () => {
    const project_id = await board.project();
    const made: string[] = [];
    for (const agent_name of ["ann", "ben", "ann"])
      made.push((await board.call("board_create_session", { project_id, agent_name })).session_id);
    const list = async (filter: object) =>
      (await board.call("board_get_sessions", { project_id, ...filter })).sessions.map(({ id }: { id: string }) => id);
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

describe("three readers lose nothing", () => {
  it("after an agent that crashed without a word", async () => {
    const project_id = await board.project();
    const first = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await board.call("board_end_session", {
      session_id: first.session_id,
      progress_summary: "s",
      handoff_notes: "plan A",
    });
    const second = await board.call("board_create_session", { project_id, agent_name: "ben" });
    const { session_id } = second;
    const [done, open] = [
      await board.task(project_id, { title: "Done" }),
      await board.task(project_id, { title: "Open" }),
    ];
    await board.call("board_update_task", { task_id: done, status: "done", session_id });
    await board.call("board_claim_task", { task_id: open, agent_name: "ben", session_id });
    await board.call("board_log_activity", { agent_name: "ben", action: "decided", details: "use B", session_id });

    const third = await board.call("board_create_session", { project_id, agent_name: "cat" });
    for (const handoff of [third.handoff, await board.call("board_get_handoff", { project_id })]) {
      expect(handoff.last_session).toMatchObject({ id: session_id, status: "abandoned", handoff_notes: null });
      expect(handoff.last_handoff).toMatchObject({ id: first.session_id, handoff_notes: "plan A" });
      expect(handoff.salvaged).toMatchObject({
        session_id,
        tasks_touched: expect.arrayContaining([
          { id: open, title: "Open", status: "in_progress" },
          { id: done, title: null, status: "done" },
        ]),
        tasks_in_progress: [open],
      });
    }
    const details = third.handoff.salvaged.last_entries.map((entry: { details: string }) => entry.details);
    expect(details).toContain("use B");
  });

  it("after an agent whose context was compacted and that started again", async () => {
    const project_id = await board.project();
    const before = await board.call("board_create_session", { project_id, agent_name: "ann" });
    const task_id = await board.task(project_id);
    await board.call("board_claim_task", { task_id, agent_name: "ann", session_id: before.session_id });
    await board.call("board_checkpoint_session", { session_id: before.session_id, handoff_notes: "halfway" });
    const again = await board.call("board_create_session", { project_id, agent_name: "ann" });
    expect(again.handoff.last_session).toMatchObject({ id: before.session_id, handoff_notes: "halfway" });
    expect(again.handoff).not.toHaveProperty("salvaged");
    expect(again.handoff.active_tasks).toMatchObject([{ id: task_id, assigned_agent: "ann", status: "in_progress" }]);
    await board.call("board_update_task", { task_id, status: "done", session_id: again.session_id });
    await board.call("board_end_session", {
      session_id: again.session_id,
      progress_summary: "all",
      handoff_notes: "done",
    });
    const third = await board.call("board_create_session", { project_id, agent_name: "cat" });
    expect(third.handoff.last_session).toMatchObject({ id: again.session_id, handoff_notes: "done" });
  });

  it("after two agents that took turns on one project", async () => {
    const project_id = await board.project();
    const ann = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await board.call("board_checkpoint_session", { session_id: ann.session_id, handoff_notes: "from ann" });
    const ben = await board.call("board_create_session", { project_id, agent_name: "ben" });
    expect(ben.handoff.last_session.handoff_notes).toBe("from ann");
    await board.call("board_end_session", { session_id: ann.session_id, progress_summary: "late words of ann" });
    await board.call("board_end_session", {
      session_id: ben.session_id,
      progress_summary: "b",
      handoff_notes: "from ben",
    });
    const third = await board.call("board_create_session", { project_id, agent_name: "cat" });
    expect(third.handoff.last_session).toMatchObject({ handoff_notes: "from ben" });
    const { sessions } = await board.call("board_get_sessions", { project_id });
    expect(sessions.map(({ progress_summary }: { progress_summary: string }) => progress_summary)).toEqual([
      null,
      "b",
      "late words of ann",
    ]);
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
    await board.call("board_end_session", {
      session_id: mine.session_id,
      progress_summary: "s",
      handoff_notes: "mine",
    });
    const other = await board.call("board_create_session", { project_id, agent_name: "ben" });
    await board.call("board_update_task", { task_id: changed, title: "Changed" });
    await board.call("board_update_task", { task_id: done, status: "done" });
    await board.call("board_end_session", {
      session_id: other.session_id,
      progress_summary: "t",
      handoff_notes: "his",
    });

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
    await expect(board.call("board_get_handoff", { project_id, since: "nope" })).toFailWith("session_not_found");
    await expect(board.call("board_get_handoff", { project_id, since: "not a time" })).toFailWith("invalid_argument");
  });
});

describe("a task's time in each status", () => {
  it("is computed from its activity", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    await board.call("board_update_task", { task_id, status: "in_progress" });
    await board.call("board_log_activity", {
      agent_name: "a",
      action: "completed",
      task_id,
      metadata: { from: "x", to: "done" },
    });
    const shift = async (action: string, minutes: number) => {
      const entry = (await board.entries(project_id)).find((one) => one.task_id === task_id && one.action === action);
      await board.store.ref("activity_log", entry.id).update({ created_at: new Date(Date.now() - minutes * MINUTE) });
    };
    await shift("created", 90);
    await shift("updated", 60);
    await board.call("board_update_task", { task_id, status: "review" });
    const { time_in_status } = await board.call("board_get_task", { task_id });
    expect(Object.keys(time_in_status).sort()).toEqual(["in_progress", "review", "todo"]);
    expect(time_in_status.todo / 60).toBeCloseTo(30, 1);
    expect(time_in_status.in_progress / 60).toBeCloseTo(60, 0);
  });
});

describe("board_search", () => {
  it("finds tasks, sessions and activity by words, the best first, within a project or everywhere", async () => {
    const [project_id, elsewhere] = [await board.project(), await board.project()];
    const parser = await board.task(project_id, { title: "Rewrite the zyxparser", description: "grammar" });
    const mention = await board.task(project_id, { title: "Docs", description: "explain the zyxparser to users" });
    const foreign = await board.task(elsewhere, { title: "zyxparser elsewhere" });
    const { session_id } = await board.call("board_create_session", { project_id });
    await board.call("board_end_session", {
      session_id,
      progress_summary: "s",
      handoff_notes: "zyxparser is half done",
    });
    const entry = await board.call("board_log_activity", {
      agent_name: "a",
      action: "decided",
      project_id,
      details: "keep zyxparser",
    });
    const find = async (args: Record<string, unknown>) => board.call("board_search", { query: "zyxparser", ...args });
    const ours = await find({ project_id });
    expect(ours.hits.map(({ id }: { id: string }) => id).sort()).toEqual(
      [parser, mention, session_id, entry.id].sort(),
    );
    expect(ours.hits[0]).toMatchObject({ kind: "task", id: parser, project_id, title: "Rewrite the zyxparser" });
    expect(ours.hits.find(({ id }: { id: string }) => id === mention).snippet).toContain("zyxparser");
    expect(ours.looked_at).toMatchObject({ task: 2, session: 1 });
    expect((await find({ kinds: ["task"], limit: 1 })).hits).toHaveLength(1);
    expect((await find({ kinds: ["task"] })).hits.map(({ id }: { id: string }) => id)).toContain(foreign);
    expect((await find({ project_id, query: "zyxparsr" })).hits[0].id).toBe(parser);
    expect((await find({ query: "qqqqqqq" })).hits).toEqual([]);
    await expect(find({ query: "" })).toFailWith("invalid_argument");
  });
});
