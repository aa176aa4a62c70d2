import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Agent, startAgent } from "../support/client.js";
import "../support/matchers.js";

let home: string;
let agent: Agent;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "fireboard-credentials-"));
});
afterEach(async () => {
  await agent.close();
  rmSync(home, { recursive: true });
});

test("the cloud without credentials is an error that says what to set", async () => {
  // METADATA_SERVER_DETECTION keeps the Google library from looking for a metadata server in the network.
  agent = await startAgent({
    HOME: home,
    FIREBOARD_PROJECT_ID: "p",
    METADATA_SERVER_DETECTION: "none",
    FIREBOARD_DEADLINE_MS: "25000",
  });
  await expect(agent.call("board_get_projects")).rejects.toMatchObject({
    code: "permission_denied",
    hint: expect.stringContaining("GOOGLE_APPLICATION_CREDENTIALS"),
  });
});

test("a mistake in the settings is reported by every call, and by one line on stderr", async () => {
  agent = await startAgent({ HOME: home, GOOGLE_APPLICATION_CREDENTIALS: join(home, "no-such-key.json") });
  for (const tool of ["board_get_projects", "board_get_projects"])
    await expect(agent.call(tool)).toFailWith("unavailable");
  await expect(agent.call("board_get_projects")).rejects.toMatchObject({
    message: expect.not.stringContaining(home),
    hint: expect.stringContaining("absolute path"),
  });
  expect(agent.stderr()).toContain("names a file that cannot be read");
});

test("credentials for the cloud do not matter to an embedded board", async () => {
  agent = await startAgent({ HOME: home, FIREBOARD_STORE: "embedded", GOOGLE_APPLICATION_CREDENTIALS: "{broken" });
  expect((await agent.call("board_get_projects")).projects).toEqual([]);
});
