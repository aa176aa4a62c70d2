import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { endedSession } from "../support/archive.js";
import type { Answer } from "../support/client.js";
import { outcomeOf } from "../support/client.js";
import { useRecordedAgent } from "../support/recorded-agent.js";
import { PATIENCE } from "../support/telemetry.js";
import { newSessionId } from "../support/turnlog.js";

/** Part of every text of the other project. */
const SECRET = "elsewhere";
const recorded = useRecordedAgent({
  ...PATIENCE,
  FIREBOARD_DEADLINE_MS: "60000",
  FIREBOARD_HEARTBEAT_MS: "600000",
  FIREBOARD_ONLY_PROJECT: "own",
});
beforeAll(async () => {
  const { db } = recorded();
  await db.doc("projects/own").set({ name: "own", status: "active" });
  await db.doc("projects/other").set({ name: SECRET, status: "active" });
});

/** Calls a tool on the server of the own project; gives the answer or refusal, and how many commits it took. */
async function attempt(tool: string, args: Record<string, unknown>): Promise<{ answer: Answer; commits: number }> {
  const { agent, recorder } = recorded();
  let answer: Answer;
  const rpcs = await recorder.during(async () => {
    answer = await outcomeOf(agent, tool, args);
  });
  return { answer, commits: rpcs.filter(({ method }) => method === "Commit").length };
}

/** Stores a document of the other project; gives a check that it is as it was. */
async function foreign(path: string, fields: object): Promise<() => Promise<void>> {
  const ref = recorded().db.doc(path);
  await ref.set({ project_id: "other", title: SECRET, ...fields });
  const before = await ref.get();
  return async () => {
    const after = await ref.get();
    expect(after.updateTime?.isEqual(before.updateTime as never)).toBe(true);
  };
}

describe("on a server of one project, an id that a document of another one has is taken: said at the second try", () => {
  it("sessionlog_open_session: session_already_exists", async () => {
    const sessionId = newSessionId(SECRET[0]?.toUpperCase());
    const unchanged = await foreign(`sessions/${sessionId}`, { kind: "log", status: "active", agent_name: SECRET });
    const { answer, commits } = await attempt("sessionlog_open_session", { agent: "E", sessionId, title: "t" });
    expect(answer.refusal.code).toBe("session_already_exists");
    expect(commits).toBe(2);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
    await unchanged();
  });

  it("sessionCreate: session_exists", async () => {
    const sessionId = randomUUID();
    const unchanged = await foreign(`sessions/${sessionId}`, { kind: "context", status: "active", agent_name: SECRET });
    const { answer, commits } = await attempt("sessionCreate", { agentName: "a", sessionId });
    expect(answer).toEqual({ result: { session: null, reason: "session_exists" } });
    expect(commits).toBe(2);
    await unchanged();
  });

  it("an idempotency key: conflict", async () => {
    const { db } = recorded();
    const args = { title: "t", idempotency_key: "k" };
    expect((await attempt("board_create_task", args)).commits).toBe(1);
    const [key] = (await db.collection("idempotency_keys").where("key", "==", "k").get()).docs;
    const unchanged = await foreign(`idempotency_keys/${key?.id}`, { ...key?.data(), project_id: "other" });
    const { answer, commits } = await attempt("board_create_task", args);
    expect(answer.refusal).toMatchObject({ code: "conflict", hint: expect.stringMatching(/another/) });
    expect(commits).toBe(2);
    await unchanged();
  });

  it("an archived session: nothing is moved onto it, nor beneath it", async () => {
    const { db, agent } = recorded();
    const id = randomUUID();
    const unchanged = await foreign(`sessions_archive/${id}`, endedSession(300));
    await db.doc(`sessions/${id}`).set({ ...endedSession(200), project_id: "own" });
    await db.doc(`sessions/${id}/turns/r`).set({ status: "completed" });
    expect(await agent.call("sessionCleanup")).toMatchObject({ count: 0, remaining: 1 });
    expect((await db.doc(`sessions/${id}/turns/r`).get()).exists).toBe(true);
    await unchanged();
  });
});
