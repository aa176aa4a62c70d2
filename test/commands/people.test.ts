import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { CLI } from "../support/repository.js";

/** What someone sees who types the commands. */

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-people-"));
  env = { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: join(folder, "board") };
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [["foo"], "error: unknown command 'foo'\n"],
  [["stor"], "error: unknown command 'stor'\n(Did you mean store?)\n"],
  [["tool", "--json"], "error: unknown command 'tool'\n(Did you mean tools?)\n"],
  [["serve", "foo"], "error: too many arguments for 'serve'. Expected 0 arguments but got 1.\n"],
])("%j is no command, and is told as such", (args, stderr) => {
  expect(runCli(args, env)).toEqual({ status: 1, stdout: "", stderr });
});

test.each([[[]], [["--store", "embedded"]], [["serve"]], [["serve", "--store", "embedded"]]])(
  "%j serves, and writes only JSON to stderr when no terminal is there",
  (args) => {
    const { status, stdout, stderr } = runCli(args, env);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    const events = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(events).toContain("stopped");
  },
);

/** Runs the command on a terminal of its own until it has written `shown`, then types Ctrl-C. Gives what it wrote. */
const ON_A_TERMINAL = `
import os, pty, sys
shown = sys.argv[1].encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
written, typed = b"", False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    written += piece
    if shown in written and not typed:
        typed = True
        os.write(terminal, b"\\x03")
sys.stdout.buffer.write(written)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test("on a terminal it says in a line what it waits for and how it ends", () => {
  const line = "fireboard: waiting for an MCP client on stdin; agent hosts start it themselves. Ctrl-C ends it.";
  const { status, stdout } = spawnSync("python3", ["-c", ON_A_TERMINAL, line, process.execPath, CLI], {
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(stdout).toContain(`${line}\r\n`);
  expect(stdout).toContain('"reason":"SIGINT"');
  expect(status).toBe(0);
});
