import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SETTINGS } from "../../src/config.js";
import { TOOLS } from "../../src/tools/index.js";
import { ROOT, readPage } from "../support/markdown.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-docs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function docs(...args: string[]) {
  const script = join(ROOT, "scripts", "docs.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return { status, stderr };
}

test("the generated parts are those of the present code", () => {
  expect(docs("--check")).toEqual({ status: 0, stderr: "" });
});

test("every tool is in the README, and every setting in the page on configuration", () => {
  const readme = readPage("README.md");
  const configuration = readPage("docs/configuration.md");
  for (const { name } of TOOLS) expect(readme).toContain(`| \`${name}\` |`);
  for (const { env } of Object.values(SETTINGS)) expect(configuration).toContain(`| \`${env}\` |`);
});

test("a stale part is found, and made again", () => {
  const file = join(folder, "README.md");
  writeFileSync(file, readPage("README.md"));
  expect(docs(file).status).toBe(0);
  const fresh = readFileSync(file, "utf8");
  const stale = fresh.replace("| `board_get_projects` | reads |", "| `board_get_projects` | changes |");
  expect(stale).not.toBe(fresh);
  writeFileSync(file, stale);
  expect(docs("--check", file)).toEqual({ status: 1, stderr: expect.stringContaining("README.md is stale") });
  expect(readFileSync(file, "utf8")).toBe(stale);
  expect(docs(file).status).toBe(0);
  expect(readFileSync(file, "utf8")).toBe(fresh);
});

test("a part that nothing generates is an error", () => {
  const file = join(folder, "page.md");
  writeFileSync(file, "<!-- generated:weather -->\n<!-- /generated:weather -->\n");
  expect(docs(file)).toEqual({ status: 1, stderr: expect.stringContaining("nothing generates the part weather") });
});
