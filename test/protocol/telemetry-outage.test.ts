import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Firestore } from "@google-cloud/firestore";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Agent, type Answer, SERVER, startAgent } from "../support/client.js";
import { startEmbeddedEmulator } from "../support/embedded-emulator.js";
import { startFlakyCommitProxy } from "../support/flaky-commit-proxy.js";
import "../support/matchers.js";
import { openDatabase } from "../support/open-database.js";
import { startPartitionProxy } from "../support/partition-proxy.js";
import { PATIENCE } from "../support/telemetry.js";
import { asUnprivilegedUser } from "../support/unprivileged-user.js";

/* Telemetry never blocks work (docs/contracts.md 4): whatever the store does, an agent gets an answer in time and can go on. */

/** A call that waits for the board's deadline, not the one of telemetry, lasts longer than its test may. */
const DEADLINES = { FIREBOARD_TELEMETRY_DEADLINE_MS: "1500", FIREBOARD_DEADLINE_MS: "600000" };
const UNAVAILABLE = "SESSION UNAVAILABLE — continuing without session tracking";
const sessionId = randomUUID();

/** Each session tool with valid arguments, and what it answers when the store fails. */
const CALLS: [tool: string, args: Record<string, unknown>, degraded: object][] = [
  ["sessionCreate", { agentName: "given up" }, { session: null, reason: expect.any(String) }],
  ["sessionUpdate", { sessionId, inputTokens: 1 }, { session: null, reason: expect.any(String) }],
  ["sessionUpdate", { sessionId, mode: "absolute", inputTokens: 1 }, { session: null, reason: expect.any(String) }],
  ["sessionComplete", { sessionId }, { session: null, reason: expect.any(String) }],
  ["sessionQuery", { activeOnly: true }, { sessions: [], degraded: true }],
  [
    "sessionCleanup",
    { retentionDays: 1 },
    { count: 0, remaining: null, dryRun: false, cutoffDate: expect.any(String), reason: expect.any(String) },
  ],
];

async function agentOn(env: Record<string, string>, server: readonly [string, ...string[]] = SERVER): Promise<Agent> {
  const agent = await startAgent({ ...DEADLINES, ...env }, "test-agent", server);
  onTestFinished(() => agent.close());
  return agent;
}

const emulator = (host: string, projectId = "demo-gates") => ({
  FIREBOARD_STORE: "emulator",
  FIRESTORE_EMULATOR_HOST: host,
  FIREBOARD_PROJECT_ID: projectId,
});

async function databaseAt(host: string): Promise<Firestore> {
  const common = { databaseId: "(default)", collectionPrefix: "" };
  const { store, db } = await openDatabase({ mode: "emulator", host, projectId: "demo-gates", ...common });
  onTestFinished(() => store.close());
  return db;
}

async function expectDegraded(agent: Agent): Promise<void> {
  const answers = CALLS.map(async ([tool, args, degraded]) => {
    const result = await agent.client.callTool({ name: tool, arguments: args });
    expect([tool, result.isError ?? false, result.structuredContent]).toEqual([tool, false, degraded]);
    const [json, block] = result.content as { text: string }[];
    expect(JSON.parse(json?.text ?? "")).toEqual(result.structuredContent);
    expect(block?.text).toBe(tool === "sessionCreate" ? UNAVAILABLE : undefined);
  });
  await Promise.all(answers);
}

/** Calls until the store answers again: the client library decides when it reconnects. */
async function untilItWorks(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await call();
    if (answer.session !== null && !answer.degraded) return answer;
  }
}

async function expectWorking(agent: Agent): Promise<void> {
  const { sessionId: id } = await untilItWorks(() => agent.call("sessionCreate", { agentName: "leader" }));
  expect(await agent.call("sessionUpdate", { sessionId: id, inputTokens: 2 })).toMatchObject({ inputTokens: 2 });
  expect(await agent.call("sessionComplete", { sessionId: id })).toMatchObject({ endedAt: expect.any(String) });
  const { sessions } = await agent.call("sessionQuery");
  expect(sessions.map((row: Answer) => row.sessionId)).toContain(id);
  // Calls that were given up have written nothing afterwards.
  expect(sessions.map((row: Answer) => row.agentName)).not.toContain("given up");
}

describe("a store that cannot be reached", () => {
  it("is answered for in time, and used as soon as it is there", async () => {
    const proxy = await startPartitionProxy("127.0.0.1:1", "connected");
    const port = Number(proxy.host.split(":")[1]);
    await proxy.close();
    const agent = await agentOn(emulator(proxy.host));
    await expectDegraded(agent);
    await startEmbeddedEmulator(port);
    await expectWorking(agent);
  });
});

describe("a store that never answers", () => {
  it("from the start, then answers", async () => {
    const proxy = await startPartitionProxy(await startEmbeddedEmulator(), "partitioned");
    onTestFinished(() => proxy.close());
    const agent = await agentOn(emulator(proxy.host));
    await expectDegraded(agent);
    proxy.heal();
    await expectWorking(agent);
  });

  it("in the middle of the work", async () => {
    const host = await startEmbeddedEmulator();
    const proxy = await startPartitionProxy(host, "connected");
    onTestFinished(() => proxy.close());
    const agent = await agentOn(emulator(proxy.host));
    const db = await databaseAt(host);
    await db
      .doc(`sessions/${sessionId}`)
      .set({ kind: "context", status: "active", started_at: new Date(), ended_at: null });
    await untilItWorks(() => agent.call("sessionQuery"));
    proxy.partition();
    await expectDegraded(agent);
    proxy.heal();
    await expectWorking(agent);
    const session = await db.doc(`sessions/${sessionId}`).get();
    expect(session.data()).toMatchObject({ status: "active", ended_at: null });
    expect(session.data()).not.toHaveProperty("input_tokens");
  });
});

describe("a data folder that cannot be written", () => {
  it("is answered for in time, and used as soon as it can", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fireboard-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o555);
    const env = { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: folder };
    const agent = await agentOn(env, asUnprivilegedUser(SERVER));
    await expectDegraded(agent);
    expect(await agent.call("sessionUpdate", { sessionId })).toEqual({ session: null, reason: "read_only_store" });
    expect(JSON.stringify(await agent.call("sessionQuery"))).not.toContain(folder);
    await chmod(folder, 0o777);
    await expectWorking(agent);
  });
});

describe("a store that fails half-way", () => {
  /** A server whose commits end as the test says, and the store behind the proxy. */
  async function flaky() {
    const host = await startEmbeddedEmulator();
    const proxy = await startFlakyCommitProxy(host);
    onTestFinished(() => proxy.close());
    const agent = await agentOn({ ...emulator(proxy.host), ...PATIENCE });
    const { sessionId: id } = await agent.call("sessionCreate", { agentName: "leader" });
    const sessions = (await databaseAt(host)).collection("sessions");
    const stored = async () => (await sessions.doc(id).get()).data();
    return { agent, proxy, id, sessions, stored };
  }

  const lost = { session: null, reason: "unavailable" };

  it("with the commit refused: one commit per call, nothing written, and the next call works", async () => {
    const { agent, proxy, id, sessions, stored } = await flaky();
    const before = await stored();
    proxy.outcome = "refused";
    for (const [tool, args] of [
      ["sessionCreate", { agentName: "never" }],
      ["sessionUpdate", { sessionId: id, inputTokens: 5 }],
      ["sessionUpdate", { sessionId: id, mode: "absolute", inputTokens: 5 }],
      ["sessionComplete", { sessionId: id }],
    ] as const) {
      const sent = proxy.commits();
      expect(await agent.call(tool, { ...args })).toEqual(lost);
      expect([tool, proxy.commits() - sent]).toEqual([tool, 1]);
    }
    expect(await stored()).toEqual(before);
    proxy.outcome = "passes";
    expect(await agent.call("sessionUpdate", { sessionId: id, inputTokens: 1 })).toMatchObject({ inputTokens: 1 });
    expect((await sessions.get()).size).toBe(1);
  });

  it("with the answer lost: what was added counts once", async () => {
    const { agent, proxy, id, stored } = await flaky();
    const sent = proxy.commits();
    proxy.outcome = "answer lost";
    expect(await agent.call("sessionUpdate", { sessionId: id, inputTokens: 5 })).toEqual(lost);
    expect(proxy.commits() - sent).toBe(1);
    expect(await stored()).toMatchObject({ input_tokens: 5 });
    expect(await agent.call("sessionComplete", { sessionId: id })).toEqual(lost);
    expect(await stored()).toMatchObject({ input_tokens: 5, status: "completed" });
    await expect(agent.call("sessionComplete", { sessionId: id })).toFailWith("session_not_active");
  });
});

it("refusals stay refusals, whatever their time", async () => {
  const agent = await agentOn(emulator(await startEmbeddedEmulator()));
  await untilItWorks(() => agent.call("sessionQuery"));
  await expect(agent.call("sessionUpdate", { sessionId: randomUUID() })).toFailWith("session_not_found");
  await expect(agent.call("sessionQuery", { sessionId })).toFailWith("invalid_argument");
});
