import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The folder of this repository, with a slash at its end. */
export const ROOT = new URL("../", import.meta.url);

/**
 * Runs npm in the repository with its output shown and no input, and gives its exit code. Under `npm run` it is the
 * same npm (`npm_execpath`), else the one on the PATH.
 * @param {string[]} args
 * @returns {number}
 */
export function npm(...args) {
  return run(args, ["ignore", "inherit", "inherit"]).status ?? 1;
}

/**
 * Runs npm in the repository without input and gives what it wrote.
 * @param {string[]} args
 * @returns {{ status: number, stdout: string, stderr: string }}
 */
export function npmOutput(...args) {
  const { status, stdout, stderr } = run(args, ["ignore", "pipe", "pipe"]);
  return { status: status ?? 1, stdout, stderr };
}

/**
 * @param {string[]} args
 * @param {import("node:child_process").StdioOptions} stdio
 */
function run(args, stdio) {
  const own = process.env.npm_execpath;
  const [command, ...first] = own ? [process.execPath, own] : ["npm"];
  const result = spawnSync(command, [...first, ...args], { cwd: fileURLToPath(ROOT), stdio, encoding: "utf8" });
  if (result.error) throw new Error(`npm could not be started: ${result.error.message}`);
  return result;
}
