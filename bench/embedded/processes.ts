import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));
const BUILD = new URL("../../dist/embedded/index.js", import.meta.url).href;

/** Runs one task of worker.mjs in a process of its own and gives what it printed. */
export async function inProcess(task: "start" | "increments" | "memory", store: string, count = 0): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [WORKER, BUILD, task, store, String(count)]);
  return Number(JSON.parse(stdout));
}
