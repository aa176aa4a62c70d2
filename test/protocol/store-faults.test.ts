import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openConnection } from "../../src/embedded/storage/sqlite.js";
import { embeddedFile } from "../../src/firestore/store-config.js";
import { type Agent, type Answer, errorOf, SERVER, startAgent } from "../support/client.js";
import { startInitialized } from "../support/raw-server.js";
import { smallDisk } from "../support/small-disk.js";
import { asUnprivilegedUser } from "../support/unprivileged-user.js";

/*
 * What is wrong with the file of the board is answered at once, with a code and what to do (docs/contracts.md 2). The
 * calls have ten minutes, so that a client that tried again until its deadline would not come to an end here.
 */

async function agentIn(dataDir: string, env: Record<string, string> = {}): Promise<Agent> {
  const patient = { FIREBOARD_DEADLINE_MS: "600000", FIREBOARD_TELEMETRY_DEADLINE_MS: "600000" };
  const agent = await startAgent({ FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: dataDir, ...patient, ...env });
  onTestFinished(() => agent.close());
  return agent;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fireboard-fault-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const refused = (code: string, hint: RegExp) =>
  expect.objectContaining({ code, hint: expect.stringMatching(hint), message: expect.not.stringMatching(/\//) });

/** The lines on stderr that tell of the state of the store. */
function told(agent: Agent): Record<string, unknown>[] {
  const lines = agent
    .stderr()
    .split("\n")
    .filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => String(event).startsWith("store_") && event !== "store_chosen");
}

const fault = (code: string) => ({ level: "error", event: "store_fault", code, message: expect.any(String) });
const recovered = (code: string) => ({ level: "info", event: "store_recovered", codes: [code] });

it("a full disk: writes are refused as storage_full, reads and searches go on, and it passes", async (context) => {
  const disk = smallDisk(context, 8);
  const agent = await agentIn(disk.folder);
  const { id } = await agent.call("board_create_project", { name: "Before" });
  const { id: task } = await agent.call("board_create_task", { project_id: id, title: "Find me" });
  disk.fill();
  const write = (text: string) =>
    agent.call("board_log_activity", { project_id: id, agent_name: "a", action: "noted", details: text });
  for (let calls = 0; calls < 3; calls++)
    await expect(write("x".repeat(3_000))).rejects.toEqual(refused("storage_full", /space/));
  expect(await agent.call("sessionCreate", { agentName: "a" })).toEqual({ session: null, reason: "storage_full" });
  expect(await agent.call("board_get_projects")).toMatchObject({ projects: [{ id }] });
  expect(await agent.call("board_search", { query: "find me" })).toMatchObject({ hits: [{ id: task }] });
  expect(told(agent)).toMatchObject([fault("storage_full")]);
  disk.free();
  expect(await write("there is room again")).toMatchObject({});
  expect(await agent.call("board_search", { query: "find me" })).toMatchObject({ hits: [{ id: task }] });
  expect(told(agent)).toMatchObject([fault("storage_full"), recovered("storage_full")]);
});

it("a server that stops on a full disk says so in a line and loses nothing", async (context) => {
  const disk = smallDisk(context, 8);
  const env = { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: disk.folder };
  const server = await startInitialized(env);
  // More than the main file has room for: what is in the log cannot be moved there.
  const project = { name: "Before", description: "x".repeat(40_000) };
  await server.ask("tools/call", { name: "board_create_project", arguments: project });
  disk.fill();
  server.end();
  expect(await server.exited).toBe(0);
  const lines = server.stderr().trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: "store_chosen" },
    fault("storage_full"),
    { event: "stopped", store_closed: true },
  ]);
  disk.free();
  const agent = await agentIn(disk.folder);
  expect(await agent.call("board_get_projects")).toMatchObject({ projects: [{ name: "Before" }] });
});

it("a file that a newer version has changed under the server", async () => {
  const folder = temporaryFolder();
  const agent = await agentIn(folder);
  const { id: project_id } = await agent.call("board_create_project", { name: "Before" });
  const newer = openConnection(embeddedFile({ dataDir: folder }));
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  for (const [tool, args] of [
    ["board_create_task", { project_id, title: "t" }],
    ["board_get_projects", {}],
    ["board_search", { query: "before" }],
  ] as const)
    await expect(agent.call(tool, args), tool).rejects.toEqual(refused("newer_schema", /[Uu]pdate/));
  expect(await agent.call("sessionCreate", { agentName: "a" })).toEqual({ session: null, reason: "newer_schema" });
  expect(told(agent)).toMatchObject([fault("newer_schema")]);
});

it.each([
  ["a folder without a store", false],
  ["a folder with one", true],
])("a folder that cannot be written: %s", async (_, filled) => {
  const folder = temporaryFolder();
  if (filled) {
    const first = await agentIn(folder);
    await first.call("board_create_project", { name: "Before" });
    await first.close();
    chmodSync(embeddedFile({ dataDir: folder }), 0o400);
  }
  chmodSync(folder, 0o500);
  const server = await startInitialized(
    { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: folder },
    asUnprivilegedUser(SERVER),
  );
  for (let calls = 0; calls < 2; calls++) {
    const { result } = await server.ask("tools/call", { name: "board_create_project", arguments: { name: "p" } });
    expect(errorOf(result)).toMatchObject({ code: "read_only_store", hint: expect.stringContaining("folder") });
  }
  server.end();
  expect(await server.exited).toBe(0);
  const lines = server.stderr().trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: "store_chosen" },
    fault("read_only_store"),
    { event: "stopped", store_closed: true },
  ]);
  chmodSync(folder, 0o700);
});

it("a lock that another program keeps: every call says so before its deadline, those behind it too", async () => {
  const folder = temporaryFolder();
  const agent = await agentIn(folder, { FIREBOARD_DEADLINE_MS: "8000" });
  const { id: project_id } = await agent.call("board_create_project", { name: "Before" });
  const holder = openConnection(embeddedFile({ dataDir: folder }));
  holder.exec("BEGIN IMMEDIATE");
  const both = ["one", "two"].map((title) => agent.call("board_create_task", { project_id, title }));
  for (const { reason } of (await Promise.allSettled(both)) as PromiseRejectedResult[])
    expect(reason).toEqual(refused("store_locked", /close it/));
  expect(await agent.call("board_get_projects")).toMatchObject({ projects: [{ id: project_id }] });
  holder.rollback();
  holder.close();
  expect(await agent.call("board_create_task", { project_id, title: "three" })).toMatchObject({ title: "three" });
  expect(told(agent)).toMatchObject([fault("store_locked"), recovered("store_locked")]);
});

it("a lock from before the start: each call says so, and the first one after it works", async () => {
  const folder = temporaryFolder();
  const first = await agentIn(folder);
  await first.call("board_create_project", { name: "Before" });
  await first.close();
  // As a database browser holds it, which keeps readers away too.
  const holder = openConnection(embeddedFile({ dataDir: folder }));
  holder.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
  const agent = await agentIn(folder, { FIREBOARD_DEADLINE_MS: "8000" });
  for (const tool of ["board_get_projects", "session_init"])
    await expect(agent.call(tool), tool).rejects.toEqual(refused("store_locked", /close it/));
  holder.close();
  // The client library is loaded only now, which may take the time of a call.
  const list = (): Promise<Answer> =>
    agent.call("board_get_projects").catch((error: unknown) => {
      expect(error).toMatchObject({ code: "deadline_exceeded" });
      return list();
    });
  expect(await list()).toMatchObject({ projects: [{ name: "Before" }] });
  expect(told(agent)).toMatchObject([fault("store_locked"), recovered("store_locked")]);
});
