import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli, startEmulatorCommand } from "../support/cli.js";
import { startAgent } from "../support/client.js";
import { fences, PAGES, readPage } from "../support/markdown.js";
import { ROOT } from "../support/repository.js";

/** Commands that a test cannot or should not run, and why. Whether what they name exists is checked instead. */
const NOT_RUN: [start: string, reason: string][] = [
  ["claude ", "needs Claude Code"],
  ["npx firebase ", "needs a Google account"],
  ["gcloud ", "needs a Google account"],
  ["npm test", "would run itself"],
  ["npm run test:emulator", "would run itself"],
];

/** What users read: the README, and what it sends them on to. */
const READ = ["README.md", "docs/cloud.md", "docs/embedded-store.md"];
const COMMANDS = READ.flatMap((page) => fences(readPage(page), "sh")).flatMap((block) => block.trim().split("\n"));
const reasonOf = (command: string) => NOT_RUN.find(([start]) => command.startsWith(start))?.[1];
const runnable = COMMANDS.filter((command) => reasonOf(command) === undefined);
const named = COMMANDS.filter((command) => reasonOf(command) !== undefined);

/** The home folder of a newcomer: empty but for a board that an agent has used. */
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "fireboard-readme-"));
  const agent = await startAgent({ HOME: home });
  await agent.call("board_create_project", { name: "Mine" });
  await agent.close();
});
afterAll(() => rmSync(home, { recursive: true }));

function sh(command: string): SpawnSyncReturns<string> {
  const { PATH = "" } = process.env;
  // npm's cache is not part of a newcomer's empty home: nothing is installed here.
  return spawnSync("sh", ["-c", command], { cwd: ROOT, env: { PATH, HOME: home }, input: "", encoding: "utf8" });
}

test("the commands that users read are found, and those that are not run are listed", () => {
  process.stdout.write(named.map((command) => `  not run: ${command} (${reasonOf(command)})\n`).join(""));
  expect(runnable).toContain("npm run quickstart");
  expect(runnable.length).toBeGreaterThanOrEqual(7);
  const unused = NOT_RUN.filter(([start]) => !named.some((command) => command.startsWith(start)));
  expect(unused).toEqual([]);
});

describe("each command does what it says", () => {
  test.each(runnable.filter((command) => !command.includes(" emulator ")))("%s", (command) => {
    const { status, stdout, stderr } = sh(command);
    expect(status, stdout + stderr).toBe(0);
  });

  test("the emulator starts with the flags that are shown", async () => {
    const shown = runnable.filter((command) => command.includes(" emulator "));
    expect(shown).toEqual([expect.stringMatching(/^node dist\/cli\.js emulator --port \d+( |$)/)]);
    const more = shown[0]?.split(" ").slice(5) ?? [];
    const emulator = await startEmulatorCommand(more);
    expect(await emulator.stop()).toBe(0);
  });

  test("`store path` prints where a newcomer's board is", () => {
    expect(sh("node dist/cli.js store path").stdout).toBe(`${home}/.local/share/fireboard/fireboard.db\n`);
  });
});

describe("the commands that are not run name what exists", () => {
  test.each(named.filter((command) => command.startsWith("npx firebase ")))("%s", (command) => {
    const [, , subcommand = "", ...rest] = command.split(" ");
    const help = spawnSync("npx", ["firebase", subcommand, "--help"], { cwd: ROOT, encoding: "utf8" });
    expect(help.status).toBe(0);
    expect(help.stdout).toContain(`Usage: firebase ${subcommand} `);
    const flags = rest.filter((word) => word.startsWith("--"));
    const global = spawnSync("npx", ["firebase", "--help"], { cwd: ROOT, encoding: "utf8" }).stdout;
    expect(flags.filter((flag) => !(help.stdout + global).includes(flag))).toEqual([]);
  });

  test("the line for Claude Code is the one that the quickstart prints", () => {
    const [claude] = named.filter((command) => command.startsWith("claude "));
    const printed = sh("node dist/cli.js quickstart").stdout;
    expect(printed).toContain(claude?.replace("/path/to/fireboard/", ROOT));
  });

  test.each(PAGES)("npm scripts and commands of fireboard in %s", (page) => {
    const text = readPage(page);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const called = [...text.matchAll(/\bnpm (?:run )?(?<script>test|(?<=run )[a-z:]+)/g)].map(
      ({ groups }) => groups?.script,
    );
    expect(called.filter((script) => !(script && script in scripts))).toEqual([]);

    const commands = [...text.matchAll(/(?:`fireboard|dist\/cli\.js) (?<words>[a-z]+(?: [a-z]+)?)/g)];
    const unknown = commands.filter(({ groups }) => !exists(groups?.words ?? ""));
    expect(unknown.map(([match]) => match)).toEqual([]);
  });
});

/** Whether `fireboard --help`, or a command's own help, lists these words. */
function exists(words: string): boolean {
  const [command = "", sub] = words.split(" ");
  const lists = (help: string, name: string) => new RegExp(`^  ${name}\\b`, "m").test(help);
  if (!lists(runCli(["--help"]).stdout, command)) return false;
  const { stdout } = runCli([command, "--help"]);
  return sub === undefined || !stdout.includes("\nCommands:") || lists(stdout, sub);
}
