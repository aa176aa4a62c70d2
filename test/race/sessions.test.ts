import { expect, it } from "vitest";
import type { Agent } from "../support/client.js";
import { PROCESSES, rounds, useServers } from "./servers.js";

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

it(`${PROCESSES} agents of one name that join at once get distinct names, and the handoff has the notes of all`, async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const join = { project_id, agent_name: "claude", if_active: "join" };
  const answers = await Promise.all(servers.agents.map(({ call }) => call("board_create_session", join)));
  const names = answers.map(({ agent_name }) => agent_name);
  expect(new Set(names).size).toBe(PROCESSES);
  expect(names).toContain("claude");

  const [{ session_id }] = answers;
  const ended = await Promise.all(
    servers.agents.map(({ call }, at) =>
      call("board_end_session", {
        session_id,
        progress_summary: `done by ${at}`,
        handoff_notes: `notes of ${names[at]}`,
      }),
    ),
  );
  expect(ended.filter(({ status }) => status === "completed")).toHaveLength(1);
  const entries = await servers.find("activity_log", "session_id", session_id);
  expect(entries.filter(({ action }) => action === "session_ended")).toHaveLength(1);
  const { last_session } = await servers.call("board_get_handoff", { project_id });
  expect(last_session).toMatchObject({ id: session_id, status: "completed" });
  for (const [at, name] of names.entries()) {
    expect(last_session.handoff_notes).toContain(`${name}:\nnotes of ${name}`);
    expect(last_session.progress_summary).toContain(`${name}:\ndone by ${at}`);
  }
});

it.each(rounds)("of two that end at once one completes the session, and both notes are kept (round %i)", async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const [one, two] = servers.agents as [Agent, Agent];
  const join = { project_id, agent_name: "claude", if_active: "join" };
  const { session_id } = await one.call("board_create_session", join);
  await two.call("board_create_session", join);
  const ended = await Promise.all(
    [one, two].map(({ call }, at) => call("board_end_session", { session_id, progress_summary: `done by ${at}` })),
  );
  expect(ended.map(({ status }) => status).sort()).toEqual(["active", "completed"]);
  const { last_session } = await servers.call("board_get_handoff", { project_id });
  expect(last_session.progress_summary).toBe("claude:\ndone by 0\n\nclaude-2:\ndone by 1");
});

it.each(rounds)("notes that come while another window starts a session are kept (round %i)", async () => {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const [one, two, three] = servers.agents as [Agent, Agent, Agent];
  const join = { project_id, agent_name: "claude", if_active: "join" };
  const { session_id } = await one.call("board_create_session", join);
  await two.call("board_create_session", join);
  await Promise.all([
    one.call("board_end_session", { session_id, progress_summary: "the creator's" }),
    two.call("board_end_session", { session_id, progress_summary: "the joiner's" }),
    three.call("board_create_session", { project_id, agent_name: "claude" }),
  ]);
  const { last_session } = await servers.call("board_get_handoff", { project_id });
  expect(last_session).toMatchObject({
    id: session_id,
    progress_summary: "claude:\nthe creator's\n\nclaude-2:\nthe joiner's",
  });
});
