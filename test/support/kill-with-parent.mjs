/**
 * Runs a command and kills it when the parent dies: `node kill-with-parent.mjs <command> [arguments...]`. The command runs
 * as long as this process' stdin stays open, and the operating system closes stdin however the parent dies (an aborted
 * test run, SIGKILL).
 */
import { spawn } from "node:child_process";

const [command = "", ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
const kill = () => child.kill("SIGKILL");

child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code) => process.exit(code ?? 1));

process.stdin.on("end", kill).resume();
// Ctrl-C reaches the whole process group; the child must still be gone before this process is.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, kill);
