import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { allPages } from "../support/client.js";

const board = useBoard();

describe("board_log_activity", () => {
  it("takes the project from the task, else from the session", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const { session_id } = await board.call("board_create_session", { project_id });
    const log = (fields: object) =>
      board.call("board_log_activity", { agent_name: "bob", action: "decided", ...fields });
    for (const named of [{ task_id }, { session_id }, { project_id }]) {
      const { id, action } = await log({ ...named, details: "why", metadata: { a: 1 } });
      expect(action).toBe("decided");
      expect(await board.stored("activity_log", id)).toMatchObject({
        project_id,
        agent_name: "bob",
        details: "why",
        metadata: { a: 1, client: "test-agent" },
        ...named,
      });
    }
    const { id } = await log({});
    expect(await board.stored("activity_log", id)).toMatchObject({ project_id: null, task_id: null, details: null });
  });

  it("refuses what does not exist, a comment without details, and an action that is not one lowercase word", async () => {
    const log = (fields: object) =>
      board.call("board_log_activity", { agent_name: "bob", action: "decided", ...fields });
    await expect(log({ project_id: "nope" })).toFailWith("project_not_found");
    await expect(log({ task_id: "nope" })).toFailWith("task_not_found");
    await expect(log({ session_id: "nope" })).toFailWith("session_not_found");
    await expect(log({ action: "commented" })).toFailWith("invalid_argument");
    await expect(log({ action: "No Word" })).toFailWith("invalid_argument");
    await expect(log({ details: "x".repeat(4_001) })).toFailWith("invalid_argument");
  });

  it("warns when the session is abandoned", async () => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id });
    await board.call("board_create_session", { project_id });
    const logged = await board.call("board_log_activity", { agent_name: "bob", action: "decided", session_id });
    expect(logged.warnings).toEqual([expect.stringContaining("abandoned")]);
  });
});

describe("board_get_activity", () => {
  it("filters by any combination, newest first, and pages through all", async () => {
    const project_id = await board.project();
    const [task_id, other] = [await board.task(project_id), await board.task(project_id)];
    const { session_id } = await board.call("board_create_session", { project_id });
    const written: string[] = [];
    for (const fields of [
      { task_id, session_id, agent_name: "ann", action: "decided" },
      { task_id, session_id, agent_name: "ben", action: "decided" },
      { task_id: other, session_id, agent_name: "ann", action: "decided" },
      { task_id, agent_name: "ann", action: "found" },
      { task_id, session_id, agent_name: "ann", action: "decided" },
    ])
      written.push((await board.call("board_log_activity", fields)).id);
    const list = async (filter: Record<string, unknown>) =>
      ids((await board.call("board_get_activity", filter)).entries);
    const [first, second, third, fourth, fifth] = written;
    expect(await list({ project_id, agent_name: "ann", action: "decided" })).toEqual([fifth, third, first]);
    expect(await list({ task_id, session_id, agent_name: "ann" })).toEqual([fifth, first]);
    expect(await list({ task_id, action: "found" })).toEqual([fourth]);
    expect(await list({ project_id, task_id, session_id, agent_name: "ben", action: "decided" })).toEqual([second]);
    expect(await list({ agent_name: "nobody" })).toEqual([]);

    const pages = await allPages(board, "board_get_activity", { session_id, action: "decided", limit: 3 });
    expect(pages.flatMap(({ entries }) => ids(entries))).toEqual([fifth, third, second, first]);
  });
});
