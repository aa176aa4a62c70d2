import { expect, it } from "vitest";
import { PROCESSES, useServers } from "./servers.js";

const servers = useServers();

it(`${PROCESSES} sessions started at once leave one active, and each of the others abandoned once`, async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const results = await Promise.all(
    servers.agents.map(({ call }, at) => call("board_create_session", { project_id, agent_name: `racer-${at}` })),
  );
  const started = results.map(({ session_id }) => session_id).sort();
  expect(new Set(started).size).toBe(PROCESSES);
  expect(results.map(({ abandoned_sessions }) => abandoned_sessions).reduce((sum, n) => sum + n)).toBe(PROCESSES - 1);

  const sessions = await servers.find("sessions", "project_id", project_id);
  expect(sessions.map(({ id }) => id).sort()).toEqual(started);
  const active = sessions.filter(({ status }) => status === "active").map(({ id }) => id);
  const abandoned = sessions.filter(({ status }) => status === "abandoned").map(({ id }) => id);
  expect(active).toHaveLength(1);
  expect(abandoned).toHaveLength(PROCESSES - 1);
  for (const { status, ended_at } of sessions) expect(ended_at === null).toBe(status === "active");

  const entries = await servers.find("activity_log", "project_id", project_id);
  const of = (action: string) => entries.filter((entry) => entry.action === action).map(({ session_id }) => session_id);
  expect(of("session_started").sort()).toEqual(started);
  expect(of("session_ended").sort()).toEqual(abandoned.sort());
});

it("of sessions started at once with if_active reject, one is started", async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const answers = await Promise.allSettled(
    servers.agents.map(({ call }) => call("board_create_session", { project_id, if_active: "reject" })),
  );
  const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason.code] : []));
  expect(refused).toEqual(new Array(PROCESSES - 1).fill("session_active"));
  expect(await servers.find("sessions", "project_id", project_id)).toHaveLength(1);
});

it("of sessions started at once with if_active join, all get the same one", async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const answers = await Promise.all(
    servers.agents.map(({ call }) => call("board_create_session", { project_id, if_active: "join" })),
  );
  expect(new Set(answers.map(({ session_id }) => session_id)).size).toBe(1);
  expect(answers.filter(({ joined }) => joined)).toHaveLength(PROCESSES - 1);
});
