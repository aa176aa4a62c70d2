import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const TETHER = fileURLToPath(new URL("../support/tether.mjs", import.meta.url));
/** Says its pid, then runs for ever. */
const IMMORTAL = `process.stdout.write(String(process.pid) + "\\n"); setInterval(() => {}, 1e6)`;

async function tetheredPid(parent: ChildProcess): Promise<number> {
  const [line] = await once(parent.stdout ?? expect.fail("no stdout"), "data");
  return Number(line);
}

test("the command dies when the end of the tether is let go", async () => {
  const tether = spawn(process.execPath, [TETHER, process.execPath, "-e", IMMORTAL], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const pid = await tetheredPid(tether);
  tether.stdin.end();
  await once(tether, "exit");
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("the command dies when the holder of the tether is killed with SIGKILL", async () => {
  const holder = `require("node:child_process").spawn(process.execPath, ${JSON.stringify([TETHER, process.execPath, "-e", IMMORTAL])}, { stdio: ["pipe", "inherit", "inherit"] })`;
  const parent = spawn(process.execPath, ["-e", holder], { stdio: ["ignore", "pipe", "inherit"] });
  await tetheredPid(parent);
  parent.kill("SIGKILL");
  // The command holds the writing end of this pipe: it closes only when the command is gone.
  await once(parent.stdout, "end");
  expect(parent.signalCode).toBe("SIGKILL");
});

test("the command's exit code is passed on", async () => {
  const tether = spawn(process.execPath, [TETHER, process.execPath, "-e", "process.exit(7)"]);
  expect(await once(tether, "exit")).toEqual([7, null]);
});
