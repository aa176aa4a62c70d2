import { describe, expect, it } from "vitest";
import type { Agent } from "../support/client.js";
import { race, rounds, useServers } from "./servers.js";

const servers = useServers(4);

/** What other agents may start while a project is being archived. */
const STARTS = {
  board_create_session: (project_id: string) => ({ project_id }),
  board_create_task: (project_id: string) => ({ project_id, title: "Late" }),
  board_create_tasks: (project_id: string) => ({ project_id, tasks: [{ title: "Late" }, { title: "Too" }] }),
  board_claim_task: (project_id: string) => ({ project_id, agent_name: "late" }),
};

describe.each(Object.entries(STARTS))("%s while the project is archived", (tool, args) => {
  it.each(rounds)("commits before the archive or is refused (round %i)", async () => {
    const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
    for (const title of ["One", "Two", "Three"]) await servers.call("board_create_task", { project_id, title });
    const [archivist, ...others] = servers.agents as [Agent, ...Agent[]];
    const archive = archivist.call("board_update_project", { project_id, status: "archived" });
    const { won, lost } = await race(others.map(({ call }) => call(tool, args(project_id))));
    await archive;

    expect(lost).toEqual(new Array(others.length - won.length).fill("project_archived"));
    const project = await servers.store.ref("projects", project_id).get();
    const entries = await servers.find("activity_log", "project_id", project_id);
    const archivedAt = project.updateTime?.valueOf() ?? "";
    const late = entries.filter((entry) => entry.createTime.valueOf() > archivedAt);
    expect(late.map(({ action }) => action)).toEqual([]);
  });
});
