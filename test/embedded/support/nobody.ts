import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BUILD = new URL("../../../dist/embedded/index.js", import.meta.url).href;
const SCRIPT = fileURLToPath(new URL("./nobody.mjs", import.meta.url));
const NOBODY = 65_534;

/**
 * Starts an engine in a process without special rights, and gives the error that it ended with (null for none). The
 * super-user may write everywhere, so tests that run as one borrow another user.
 */
export function startAsNobody(file: string): unknown {
  const isRoot = process.getuid?.() === 0;
  const output = execFileSync(process.execPath, [SCRIPT, BUILD, file], {
    encoding: "utf8",
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  return JSON.parse(output);
}
