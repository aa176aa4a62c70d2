import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { asUnprivilegedUser } from "../../support/unprivileged-user.js";

const BUILD = new URL("../../../dist/embedded/index.js", import.meta.url).href;
const SCRIPT = fileURLToPath(new URL("./nobody.mjs", import.meta.url));

/** Starts an engine in a process without special rights, and gives the error that it ended with (null for none). */
export function startAsNobody(file: string): unknown {
  const [command, ...args] = asUnprivilegedUser([process.execPath, SCRIPT, BUILD, file]);
  return JSON.parse(execFileSync(command, args, { encoding: "utf8" }));
}
