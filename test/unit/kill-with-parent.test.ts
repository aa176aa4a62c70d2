import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const KILL_WITH_PARENT = fileURLToPath(new URL("../support/kill-with-parent.mjs", import.meta.url));
/** Prints its pid, then runs for ever. */
const ENDLESS = `process.stdout.write(String(process.pid) + "\\n"); setInterval(() => {}, 1e6)`;

async function pidOfCommand(parent: ChildProcess): Promise<number> {
  const [line] = await once(parent.stdout ?? expect.fail("no stdout"), "data");
  return Number(line);
}

test("the command is killed when stdin is closed", async () => {
  const wrapper = spawn(process.execPath, [KILL_WITH_PARENT, process.execPath, "-e", ENDLESS], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const pid = await pidOfCommand(wrapper);
  wrapper.stdin.end();
  await once(wrapper, "exit");
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("the command is killed when the parent is killed with SIGKILL", async () => {
  const script = `require("node:child_process").spawn(process.execPath, ${JSON.stringify([KILL_WITH_PARENT, process.execPath, "-e", ENDLESS])}, { stdio: ["pipe", "inherit", "inherit"] })`;
  const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await pidOfCommand(parent);
  const exited = once(parent, "exit");
  parent.kill("SIGKILL");
  // The command holds the writing end of this pipe: it closes only when the command is gone.
  await once(parent.stdout, "end");
  expect(await exited).toEqual([null, "SIGKILL"]);
});

test("the command's exit code is passed on", async () => {
  const wrapper = spawn(process.execPath, [KILL_WITH_PARENT, process.execPath, "-e", "process.exit(7)"]);
  expect(await once(wrapper, "exit")).toEqual([7, null]);
});
