import { existsSync, rmSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { embeddedFile } from "../../src/firestore/store-config.js";
import { startAgent } from "../support/client.js";
import { freshDatabase } from "../support/lane.js";

it("a search whose cache cannot be used looks at the latest of each kind, and the log says why", async () => {
  const database = await freshDatabase("embedded");
  onTestFinished(database.remove);
  const { config } = database;
  if (config.mode !== "embedded") throw new TypeError("an embedded database is expected");
  const cache = `${embeddedFile(config)}-search`;
  const agent = await startAgent({ ...database.env, FIREBOARD_SEARCH_WINDOW: "1" });
  onTestFinished(agent.close);
  const { id: project_id } = await agent.call("board_create_project", { name: "p" });
  for (const title of ["needle one", "needle two"]) await agent.call("board_create_task", { project_id, title });
  const find = () => agent.call("board_search", { query: "needle", project_id, kinds: ["task"] });

  writeFileSync(cache, "in the way");
  expect(await find()).toMatchObject({ looked_at: { task: 1 }, of: { task: 2 }, truncated: { task: true } });
  expect(agent.stderr()).toContain("search_cache_unusable");
  rmSync(cache);
  expect(await find()).toMatchObject({ looked_at: { task: 2 }, of: { task: 2 }, truncated: { task: false } });

  const reader = await startAgent({ ...database.env, FIREBOARD_READ_ONLY: "true" });
  onTestFinished(reader.close);
  rmSync(cache, { recursive: true });
  const read = await reader.call("board_search", { query: "needle", project_id });
  expect(read.hits).toHaveLength(2);
  expect(existsSync(cache)).toBe(true);
});
