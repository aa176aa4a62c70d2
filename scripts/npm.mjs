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
  const own = process.env.npm_execpath;
  const [command, ...first] = own ? [process.execPath, own] : ["npm"];
  const { status, error } = spawnSync(command, [...first, ...args], {
    cwd: fileURLToPath(ROOT),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error) throw new Error(`npm could not be started: ${error.message}`);
  return status ?? 1;
}
