import { Timestamp } from "firebase-admin/firestore";
import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";

const board = useBoard();

describe("board_search", () => {
  it("finds tasks, sessions and activity by words, the best first, within a project or everywhere", async () => {
    const [project_id, elsewhere] = [await board.project(), await board.project()];
    const parser = await board.task(project_id, { title: "Rewrite the zyxparser", description: "grammar" });
    const mention = await board.task(project_id, { title: "Docs", description: "explain the zyxparser to users" });
    const foreign = await board.task(elsewhere, { title: "zyxparser elsewhere" });
    const { session_id } = await board.call("board_create_session", { project_id });
    await board.endSession(session_id, { handoff_notes: "zyxparser is half done" });
    const entry = await board.call("board_log_activity", {
      agent_name: "a",
      action: "decided",
      project_id,
      details: "keep zyxparser",
    });
    const find = async (args: Record<string, unknown>) => board.call("board_search", { query: "zyxparser", ...args });
    const ours = await find({ project_id });
    expect(ids(ours.hits).sort()).toEqual([parser, mention, session_id, entry.id].sort());
    expect(ours.hits[0]).toMatchObject({ kind: "task", id: parser, project_id, title: "Rewrite the zyxparser" });
    expect(ours.hits.find(({ id }: { id: string }) => id === mention).snippet).toContain("zyxparser");
    expect(ours.looked_at).toMatchObject({ task: 2, session: 1 });
    expect((await find({ kinds: ["task"], limit: 1 })).hits).toHaveLength(1);
    expect(ids((await find({ kinds: ["task"] })).hits)).toContain(foreign);
    expect((await find({ project_id, query: "zyxparsr" })).hits[0].id).toBe(parser);
    expect((await find({ query: "qqqqqqq" })).hits).toEqual([]);
    await expect(find({ query: "" })).toFailWith("invalid_argument");
  });

  it("names the documents that it could not read", async () => {
    const project_id = await board.project();
    await board.db.doc(`tasks/${project_id}-bad`).set({ project_id, title: 1, updated_at: Timestamp.now() });
    const found = await board.call("board_search", { query: "anything", project_id });
    expect(found.warnings).toEqual([expect.stringContaining(`${project_id}-bad`)]);
  });
});
