import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));
const BUILD = new URL("../../dist/embedded/index.js", import.meta.url).href;

/** What the tasks of worker.mjs print. */
interface Printed {
  start: number;
  memory: number;
  increments: { from: number; to: number };
}

/** Runs one task of worker.mjs in a process of its own and gives what it printed. */
export async function inProcess<Task extends keyof Printed>(
  task: Task,
  store: string,
  count = 0,
): Promise<Printed[Task]> {
  const { stdout } = await promisify(execFile)(process.execPath, [WORKER, BUILD, task, store, String(count)]);
  return JSON.parse(stdout) as Printed[Task];
}
