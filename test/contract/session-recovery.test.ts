import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";

const board = useBoard();

describe("the next session gets what the earlier ones left", () => {
  it("after an agent that crashed without notes", async () => {
    const project_id = await board.project();
    const first = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await board.endSession(first.session_id, { handoff_notes: "plan A" });
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

  it("after an agent whose context was compacted and who opened a new session", async () => {
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
    await board.endSession(again.session_id, { handoff_notes: "done" });
    const third = await board.call("board_create_session", { project_id, agent_name: "cat" });
    expect(third.handoff.last_session).toMatchObject({ id: again.session_id, handoff_notes: "done" });
  });

  it("after two agents who worked by turns on one project", async () => {
    const project_id = await board.project();
    const ann = await board.call("board_create_session", { project_id, agent_name: "ann" });
    await board.call("board_checkpoint_session", { session_id: ann.session_id, handoff_notes: "from ann" });
    const ben = await board.call("board_create_session", { project_id, agent_name: "ben" });
    expect(ben.handoff.last_session.handoff_notes).toBe("from ann");
    await board.endSession(ann.session_id, { progress_summary: "late notes of ann" });
    await board.endSession(ben.session_id, { progress_summary: "b", handoff_notes: "from ben" });
    const third = await board.call("board_create_session", { project_id, agent_name: "cat" });
    expect(third.handoff.last_session).toMatchObject({ handoff_notes: "from ben" });
    const { sessions } = await board.call("board_get_sessions", { project_id });
    expect(sessions.map(({ progress_summary }: { progress_summary: string }) => progress_summary)).toEqual([
      undefined,
      "b",
      "late notes of ann",
    ]);
  });
});
