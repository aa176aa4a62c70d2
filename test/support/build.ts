import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/**
 * Builds `dist` once per run: tests start the built server, which must be made from the present sources.
 * Type errors are printed and do not stop the run, as they do not stop vitest in a test file (`npm run typecheck` does).
 */
export default function setup(): void {
  const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", ROOT));
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status === 0) return;
  process.stderr.write(`${stdout}\nthe build reports errors, see above\n`);
  if (!existsSync(new URL("dist/cli.js", ROOT))) throw new Error("there is no dist/cli.js to test");
}
