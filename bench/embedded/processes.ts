import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));
const ENGINE = new URL("../../dist/embedded/", import.meta.url);
const BUILD = new URL("index.js", ENGINE).href;

/** A module of the built engine: the sources, as the test runner transforms them, are slower than what users run. */
export async function built<Module>(path: string): Promise<Module> {
  return (await import(new URL(path, ENGINE).href)) as Module;
}

/** Runs one task of worker.mjs in a process of its own and gives the number that it printed. */
export async function inProcess(task: "start" | "memory", store: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [WORKER, BUILD, task, store]);
  return Number(stdout);
}

/** Increments per second of one document by so many warm processes at a time. */
export async function contendedIncrements(store: string, processes: number, durationMs: number): Promise<number> {
  const workers = Array.from({ length: processes }, () => startWorker("increments", store));
  await Promise.all(workers.map(({ line }) => line()));
  for (const { child } of workers) child.stdin?.write("go\n");
  const began = performance.now();
  await pause(durationMs);
  for (const { child } of workers) child.stdin?.end();
  const counts = await Promise.all(workers.map(({ line }) => line()));
  const seconds = (performance.now() - began) / 1_000;
  return counts.reduce((sum, count) => sum + Number(count), 0) / seconds;
}

/** A process that writes one document each time it is told to; `write` gives when (epoch ms) that was acknowledged. */
export async function startWriter(store: string): Promise<{ write(): Promise<number>; end(): void }> {
  const { child, line } = startWorker("write", store);
  await line();
  return {
    async write() {
      const acknowledged = line();
      child.stdin?.write("write\n");
      return Number(await acknowledged);
    },
    end: () => child.stdin?.end(),
  };
}

function startWorker(task: "increments" | "write", store: string): { child: ChildProcess; line(): Promise<string> } {
  const child = spawn(process.execPath, [WORKER, BUILD, task, store], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  return { child, line: async () => String((await once(lines, "line"))[0]) };
}
