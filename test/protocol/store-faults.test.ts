import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openConnection } from "../../src/embedded/storage/sqlite.js";
import { embeddedFile } from "../../src/firestore/store-config.js";
import { type Agent, startAgent } from "../support/client.js";
import { smallDisk } from "../support/small-disk.js";

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

it("a full disk: writes are refused as storage_full, reads and searches go on, and it passes", async (context) => {
  const disk = smallDisk(context, 8);
  const agent = await agentIn(disk.folder);
  const { id } = await agent.call("board_create_project", { name: "Before" });
  disk.fill();
  const write = (text: string) =>
    agent.call("board_log_activity", { project_id: id, agent_name: "a", action: "noted", details: text });
  await expect(write("x".repeat(3_000))).rejects.toEqual(refused("storage_full", /space/));
  expect(await agent.call("board_get_projects")).toMatchObject({ projects: [{ id }] });
  disk.free();
  expect(await write("there is room again")).toMatchObject({});
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
});
