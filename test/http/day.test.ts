import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer } from "../support/client.js";
import { callByPost, callOver, connectHttp, type HttpServer, useHttpServers } from "../support/http-server.js";
import { useDatabases } from "../support/lane.js";
import { newRequestId, newSessionId } from "../support/turnlog.js";

const database = useDatabases();
const start = useHttpServers();

/** Where servers keep their token that have no store in a folder. */
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "fireboard-http-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

type Call = (tool: string, args?: Record<string, unknown>) => Promise<Answer>;

/** Two server processes on one new board, a way to call either, and one that takes them in turns. */
async function twoServers() {
  const { env } = await database();
  const own = { ...env, XDG_DATA_HOME: home };
  const servers: HttpServer[] = await Promise.all([start(own), start(own)]);
  const calls = await Promise.all(servers.map(async (server) => callOver(await connectHttp(server))));
  let turn = 0;
  const call: Call = (tool, args) => {
    turn += 1;
    return (calls[turn % 2] as Call)(tool, args);
  };
  return { servers, call };
}

async function board(call: Call) {
  const { id: project_id } = await call("board_create_project", { name: "Apollo" });
  const tasks = ["one", "two", "three", "four"].map((title) => ({ title }));
  const { tasks: made } = await call("board_create_tasks", { project_id, tasks });
  return { project_id, ids: made.map(({ id }: Answer) => id) as string[] };
}

test("a day of agents that share a session, each call to another process than the one before", async () => {
  const { call } = await twoServers();
  const { project_id, ids } = await board(call);
  const [first, second, third] = ids;
  const { session_id } = await call("board_create_session", { project_id, agent_name: "alice" });

  // Alone, an agent is known by its session; what it claimed stays its own.
  await call("board_claim_task", { task_id: first, agent_name: "alice", session_id });
  for (const _ of [1, 2])
    expect((await call("board_claim_task", { task_id: first, agent_name: "alice", session_id })).message).toContain(
      "lease renewed",
    );
  // An agent that was given its leader's session works in it under a name of its own.
  await call("board_claim_task", { task_id: second, agent_name: "helper", session_id });
  await expect(call("board_claim_task", { task_id: second, agent_name: "other", session_id })).rejects.toMatchObject({
    code: "already_claimed",
  });
  expect(await call("board_update_task", { task_id: second, status: "done", session_id })).toMatchObject({
    changes: expect.arrayContaining(["status"]),
    warnings: [],
  });

  // Others join; a window of the same name is another agent.
  const join = (agent_name: string) =>
    call("board_create_session", { project_id, agent_name, if_active: "join" }).then((joined) => joined.agent_name);
  expect(await join("bob")).toBe("bob");
  expect(await join("alice")).toBe("alice-2");
  await expect(call("board_claim_task", { task_id: first, agent_name: "bob", session_id })).rejects.toMatchObject({
    code: "already_claimed",
  });
  await call("board_claim_task", { task_id: third, agent_name: "bob", session_id });
  await expect(
    call("board_update_task", { task_id: third, status: "todo", session_id, agent_name: "alice" }),
  ).rejects.toMatchObject({ code: "already_claimed", details: { holder: "bob" } });
  await expect(call("board_end_session", { session_id, progress_summary: "whose?" })).rejects.toMatchObject({
    code: "invalid_argument",
    hint: expect.stringContaining("agent_name"),
  });

  // Each ends its own part; the last one ends the session.
  const end = (agent_name: string) =>
    call("board_end_session", { session_id, agent_name, progress_summary: `${agent_name} is done` });
  await call("board_update_task", { task_id: third, status: "done", session_id, agent_name: "bob" });
  expect(await end("bob")).toMatchObject({ status: "active", warnings: [] });
  await call("board_checkpoint_session", { session_id, agent_name: "alice", progress_summary: "half of it" });
  expect(await end("alice-2")).toMatchObject({ status: "active" });
  // She is the only one left.
  await call("board_update_task", { task_id: first, status: "done", session_id });
  expect(await end("alice")).toMatchObject({ status: "completed", warnings: [] });
  const session = await call("board_get_session", { session_id });
  expect(session).toMatchObject({ status: "completed", progress_summary: "alice is done" });
  const handoff = await call("board_get_handoff", { project_id });
  for (const name of ["alice", "bob", "alice-2"])
    expect(JSON.stringify(handoff.last_session)).toContain(`${name} is done`);
  const { entries } = await call("board_get_activity", { project_id, limit: 100 });
  const by = (action: string) => entries.filter((entry: Answer) => entry.action === action);
  expect(
    by("completed")
      .map(({ agent_name }: Answer) => agent_name)
      .toSorted(),
  ).toEqual(["alice", "alice", "bob"]);
});

test("without a session an agent keeps what it claimed, and the turn log and session_init name what they mean", async () => {
  const { call } = await twoServers();
  const { project_id, ids } = await board(call);
  const [task_id] = ids;
  await call("board_claim_task", { task_id, agent_name: "carol" });
  expect((await call("board_claim_task", { task_id, agent_name: "carol" })).message).toContain("lease renewed");
  await expect(call("board_claim_task", { task_id, agent_name: "dave" })).rejects.toMatchObject({
    code: "already_claimed",
  });

  const [sessionId, requestId] = [newSessionId("Carol"), newRequestId()];
  await call("sessionlog_open_session", { agent: "Carol", sessionId, title: "A session" });
  await expect(
    call("sessionlog_begin_turn", { requestId, queryTitle: "A turn", queryText: "Do it" }),
  ).rejects.toMatchObject({ code: "session_not_found" });
  await call("sessionlog_begin_turn", { sessionId, requestId, queryTitle: "A turn", queryText: "Do it" });
  await call("sessionlog_complete_turn", { sessionId, requestId, response: "Done" });

  const init = () => call("session_init", { agent_id: "carol", project_id });
  const begun = await init();
  const again = await init();
  expect(again.session_id).toBe(begun.session_id);
  expect(JSON.stringify(again)).not.toContain('"skipped":true');
  const ended = await call("end_session", { agent_id: "carol", summary: "what carol learned" });
  expect(ended.session_id).toBe(begun.session_id);
});

test("of a process that is killed no acknowledged call is lost, and each that is repeated is done once", async () => {
  const { servers, call } = await twoServers();
  const [killed, survives] = servers.map(callByPost) as [Call, Call];
  const { project_id } = await board(call);
  const { session_id } = await call("board_create_session", { project_id, agent_name: "alice" });
  const given = (at: number) => ({ project_id, session_id, title: `task ${at}`, idempotency_key: `key-${at}` });
  const asked = Array.from({ length: 24 }, (_, at) => ({
    at,
    answer: (at % 2 === 0 ? killed : survives)("board_create_task", given(at)),
  }));
  await Promise.race(asked.filter(({ at }) => at % 2 === 0).map(({ answer }) => answer));
  servers[0]?.kill("SIGKILL");
  const ended = await Promise.allSettled(asked.map(({ answer }) => answer));
  const tasks: string[] = [];
  for (const [at, outcome] of ended.entries()) {
    const { id } = await survives("board_create_task", given(at));
    if (outcome.status === "fulfilled") expect(id).toBe(outcome.value.id);
    else expect(at % 2).toBe(0);
    tasks.push(id);
  }
  const { tasks: rows } = await survives("board_get_tasks", { project_id, limit: 100 });
  const made = rows.filter(({ title }: Answer) => title.startsWith("task "));
  expect(made.map(({ id }: Answer) => id).toSorted()).toEqual(tasks.toSorted());
  expect(await survives("board_end_session", { session_id, progress_summary: "done" })).toMatchObject({
    status: "completed",
  });
});
