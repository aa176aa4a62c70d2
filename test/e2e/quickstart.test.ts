import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLI, ROOT } from "../support/repository.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-e2e-"));
  mkdirSync(join(folder, "tmp"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the quickstart of the package in `root`, with temporary files in a folder of its own. */
function runQuickstart(root: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "dist", "cli.js"), "quickstart"], {
    env: { ...process.env, TMPDIR: join(folder, "tmp"), XDG_DATA_HOME: join(folder, "data"), ...env },
    encoding: "utf8",
  });
  return { status, stdout };
}

test("the quickstart hands the work of one agent to the next, and leaves nothing behind", () => {
  const { status, stdout } = runQuickstart(ROOT);
  expect(status, stdout).toBe(0);

  const steps = stdout.match(/^\[\d\] .+$/gm);
  expect(steps).toHaveLength(7);
  const [, handoff = ""] = stdout.split("grace opens a session and is handed this\n");
  expect(handoff).toMatch(/Last session +completed/);
  const [, taskId] = handoff.match(/Go on with (\w+): recipes 26 to 40 are left\./) ?? [];
  expect(handoff).toContain(`${taskId}, ada\n`);
  expect(handoff).toMatch(/medium +todo +Search by ingredient\n.+nobody, waits for: Import the 40 recipes\n/);
  expect(handoff).not.toMatch(/(todo|in_progress|done) +Choose the file format/);
  expect(handoff).toMatch(/ada +commented +Decided on one Markdown file per recipe/);
  expect(handoff).toMatch(/grace +session_started/);

  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  expect(readdirSync(folder)).toEqual(["tmp"]);
});

test("the quickstart ends with how to connect an agent to the built server, and where its board will be", () => {
  const { stdout } = runQuickstart(ROOT);
  const server = CLI;
  expect(stdout).toContain(`claude mcp add --scope user fireboard -- node ${server}\n`);
  const [, cursor = ""] = stdout.split(/^Cursor .+$/m);
  expect(JSON.parse(cursor.split(/^Codex/m)[0] ?? "")).toEqual({
    mcpServers: { fireboard: { command: "node", args: [server] } },
  });
  expect(stdout).toContain(`[mcp_servers.fireboard]\n    command = "node"\n    args = ["${server}"]\n`);
  expect(stdout).toContain(`on this machine, in ${join(folder, "data", "fireboard")}`);
  expect(stdout).toContain(`\n    node ${server} serve --http 8137\n`);
});

test("settings for another store do not move the quickstart there, but are reported", () => {
  const { status, stdout } = runQuickstart(ROOT, { FIRESTORE_EMULATOR_HOST: "127.0.0.1:1" });
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("Where your board will live: in the emulator at 127.0.0.1:1");
});

test("a server that does not start fails the quickstart, which names the step", () => {
  const copy = join(folder, "copy");
  cpSync(join(ROOT, "dist"), join(copy, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(copy, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const cli = join(copy, "dist", "cli.js");
  cpSync(cli, join(copy, "dist", "real-cli.js"));
  writeFileSync(
    cli,
    `if (process.argv[2] === "quickstart") await import("./real-cli.js");
     else { console.error("the disk is on fire"); process.exit(3); }`,
  );

  const { status, stdout } = runQuickstart(copy);
  expect(status, stdout).toBe(1);
  expect(stdout).toContain("failed at this step: ada's agent host starts the server, on an empty board\n");
  expect(stdout).toContain("the disk is on fire");
  expect(stdout).not.toContain("mcp add");
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
});
