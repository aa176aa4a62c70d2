import { Timestamp } from "firebase-admin/firestore";
import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { startAgent } from "../support/client.js";

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
    expect(ours.of).toEqual(ours.looked_at);
    expect(ours.truncated).toEqual({ task: false, session: false, activity: false });
    expect((await find({ kinds: ["task"], limit: 1 })).hits).toHaveLength(1);
    expect(ids((await find({ kinds: ["task"] })).hits)).toContain(foreign);
    expect((await find({ project_id, query: "zyxparsr" })).hits[0].id).toBe(parser);
    expect((await find({ query: "qqqqqqq" })).hits).toEqual([]);
    await expect(find({ query: "" })).toFailWith("invalid_argument");
  });

  it("finds what another process wrote or deleted a moment ago, and what a lead changed in the console", async () => {
    const project_id = await board.project();
    const find = async (query: string) => ids((await board.call("board_search", { query, project_id })).hits);
    const other = await startAgent(board.database.env);
    const { id } = await other.call("board_create_task", { project_id, title: "Wobbling quincunx" });
    expect(await find("Wobbling quincunx")).toContain(id);
    await board.db.doc(`tasks/${id}`).update({ title: "Calm hexagon" });
    expect((await find("Calm hexagon"))[0]).toBe(id);
    expect(await find("quincunx")).not.toContain(id);
    await other.call("board_update_task", { task_id: id, status: "done" });
    await other.call("board_delete_task", { task_id: id });
    await other.close();
    expect(await find("hexagon")).not.toContain(id);
  });

  it("finds a task by a label, and by the id it had where it came from", async () => {
    const project_id = await board.project();
    const task = await board.task(project_id, {
      labels: ["paperwork"],
      external_ref: { source: "jira", id: "TAX-4711" },
    });
    await board.task(project_id, { title: "Something else" });
    for (const query of ["paperwork", "TAX-4711", "tax-4711"])
      expect(ids((await board.call("board_search", { query, project_id, kinds: ["task"] })).hits)).toEqual([task]);
  });

  it("of a server of one project finds and counts nothing of another", async () => {
    const [own, foreign] = [await board.project(), await board.project()];
    const task = await board.task(own, { title: "secretive marmalade" });
    const other = await board.task(foreign, { title: "secretive marmalade" });
    const agent = await startAgent({ ...board.database.env, FIREBOARD_ONLY_PROJECT: own });
    const find = (args: object) => agent.call("board_search", { query: "secretive marmalade", ...args });
    const mine = await find({});
    expect(ids(mine.hits)).toContain(task);
    expect(ids(mine.hits)).not.toContain(other);
    expect(mine.of.task).toBe(1);
    expect(ids((await find({ query: other })).hits)).toEqual([]);
    await agent.close();
    await board.db.doc(`tasks/${task}`).update({ project_id: foreign });
    expect(ids((await board.call("board_search", { query: "marmalade", project_id: own })).hits)).toEqual([]);
  });

  it("takes a query of 250 words, of operators and of other scripts, as words", async () => {
    const project_id = await board.project();
    const task = await board.task(project_id, { title: "Überprüfung: ログイン画面の認証 in foo_bar (FIRE-123)" });
    const find = async (query: string) => ids((await board.call("board_search", { query, project_id })).hits);
    for (const query of ["uberprufung", "認証", "foo_bar", "fire-123", task]) expect(await find(query)).toContain(task);
    for (const query of ['"', "*", "title:*", "NEAR(", "a AND", "foo_bar\0\0", "x ".repeat(250), "(((", "-- ;", "^"])
      await expect(find(query)).resolves.toBeInstanceOf(Array);
  });

  it("finds what those who joined a session said: the session, once, in its project", async () => {
    const [project_id, elsewhere] = [await board.project(), await board.project()];
    const joiner = await startAgent(board.database.env, "second-window");
    const single = await startAgent({ ...board.database.env, FIREBOARD_ONLY_PROJECT: elsewhere });
    const { session_id } = await board.call("board_create_session", { project_id, title: "Shared work" });
    await joiner.call("board_create_session", { project_id, if_active: "join" });
    const find = async (query: string, agent: Pick<typeof joiner, "call"> = board, args: object = { project_id }) =>
      agent.call("board_search", { query, kinds: ["session"], ...args });
    await board.call("board_checkpoint_session", { session_id, handoff_notes: "gimcrack begun" });
    await joiner.call("board_checkpoint_session", {
      session_id,
      progress_summary: "the flugelhorn is tuned",
      handoff_notes: "gimcrack, gimcrack and gimcrack",
    });
    const { hits, ...reached } = await find("flugelhorn");
    expect(hits).toMatchObject([{ kind: "session", id: session_id, project_id, title: "Shared work" }]);
    expect(hits[0].snippet).toContain("flugelhorn");
    expect(reached).toEqual({ looked_at: { session: 1 }, of: { session: 1 }, truncated: { session: false } });
    expect(ids((await find("gimcrack")).hits)).toEqual([session_id]);
    expect(ids((await find("gimcrack", board, { limit: 1 })).hits)).toEqual([session_id]);

    expect((await find("flugelhorn", board, { project_id: elsewhere })).hits).toEqual([]);
    expect((await find("flugelhorn", single, {})).hits).toEqual([]);
    const ref = board.db.doc(`sessions/${session_id}`);
    await ref.update({ project_id: elsewhere });
    expect((await find("flugelhorn")).hits).toEqual([]);
    expect(ids((await find("flugelhorn", single, {})).hits)).toEqual([session_id]);

    const [part] = (await ref.collection("participants").get()).docs;
    await part?.ref.update({ summary: "a sousaphone" });
    expect((await find("flugelhorn", single, {})).hits).toEqual([]);
    expect(ids((await find("sousaphone", single, {})).hits)).toEqual([session_id]);
    await part?.ref.delete();
    expect((await find("sousaphone", single, {})).hits).toEqual([]);
    await Promise.all([joiner.close(), single.close()]);
  });

  it("names the documents that it could not read", async () => {
    const project_id = await board.project();
    await board.db
      .doc(`tasks/${project_id}-bad`)
      .set({ project_id, title: 1, description: "anything", updated_at: Timestamp.now() });
    const found = await board.call("board_search", { query: "anything", project_id });
    expect(found.warnings).toEqual([expect.stringContaining(`${project_id}-bad`)]);
  });
});
