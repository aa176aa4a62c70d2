import { chmodSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { embeddedFile } from "../../src/firestore/store-config.js";
import { runCli } from "../support/cli.js";
import { type Agent, outcomeOf, startAgent } from "../support/client.js";
import { freshDatabase } from "../support/lane.js";

const REFUSED = { refusal: { code: "store_replaced", hint: expect.stringMatching(/Restart/) } };

async function aBoard() {
  const { env, config, remove } = await freshDatabase("embedded");
  onTestFinished(remove);
  if (config.mode !== "embedded") throw new TypeError("an embedded database is expected");
  const start = async (): Promise<Agent> => {
    const agent = await startAgent(env);
    onTestFinished(agent.close);
    return agent;
  };
  return { env, folder: config.dataDir, file: embeddedFile(config), start };
}

const events = (agent: Agent, event: string) =>
  agent
    .stderr()
    .split("\n")
    .filter((line) => line.includes(`"event":"${event}"`));
const names = async (agent: Agent) =>
  (await agent.call("board_get_projects")).projects.map(({ name }: { name: string }) => name);

it.each([
  ["a backup moved in the place of the file", ["Kept"]],
  ["the folder deleted", []],
])("%s: no call is answered by the file that is gone, and a new server works on what is there", async (how, left) => {
  const { env, folder, file, start } = await aBoard();
  const agent = await start();
  await agent.call("board_create_project", { name: "Kept" });
  const saved = join(folder, "backup.db");
  expect(runCli(["store", "backup", saved], env).status).toBe(0);
  await agent.call("board_create_project", { name: "After the backup" });

  if (how === "the folder deleted") rmSync(folder, { recursive: true });
  else renameSync(saved, file);
  for (let call = 0; call < 3; call++) {
    expect(await outcomeOf(agent, "board_create_project", { name: "Lost" })).toMatchObject(REFUSED);
    expect(await outcomeOf(agent, "board_get_projects", {})).toMatchObject(REFUSED);
  }
  expect(events(agent, "store_replaced")).toHaveLength(1);
  await agent.close();

  const next = await start();
  expect(await names(next)).toEqual(left);
  await next.call("board_create_project", { name: "New" });
  expect((await names(next)).sort()).toEqual([...left, "New"].sort());
  expect(runCli(["store", "check"], env)).toMatchObject({ status: 0 });
});

it("a data folder that others may write to is told of once, and used", async () => {
  const { folder, start } = await aBoard();
  chmodSync(folder, 0o777);
  const agent = await start();
  for (let call = 0; call < 3; call++) await agent.call("board_create_project", { name: "A" });
  const told = events(agent, "unsafe_place").map((line) => JSON.parse(line));
  expect(told).toMatchObject([{ level: "warn", found: ["folder_writable_by_others"] }]);
});
