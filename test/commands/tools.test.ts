import { expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { startAgent } from "../support/client.js";

/** Settings with which no store can be opened: listing tools must not need one. */
const NO_STORE = { FIREBOARD_STORE: "emulator" };

test("the text names every tool with its title and description", () => {
  const { status, stdout } = runCli(["tools"], NO_STORE);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^board_get_projects: List projects\n {4}\S.+$/m);
});

test("the JSON is what a client gets", async () => {
  const listed = JSON.parse(runCli(["tools", "--json"], NO_STORE).stdout);
  const agent = await startAgent(NO_STORE);
  const { tools } = await agent.client.listTools();
  await agent.close();
  const published = tools.map(({ outputSchema: _, ...tool }) => tool);
  expect(listed).toEqual(published);
});

test("the tokens of all tools add up", () => {
  const { stdout } = runCli(["tools", "--tokens"], NO_STORE);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => Number.parseInt(line, 10));
  const total = rows.pop();
  expect(rows.length).toBeGreaterThan(10);
  expect(Math.min(...rows)).toBeGreaterThan(20);
  expect(total).toBe(rows.reduce((sum, tokens) => sum + tokens, 0));
});
