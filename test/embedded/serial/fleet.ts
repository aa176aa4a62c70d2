import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { State } from "./history.js";

const BUILD = new URL("../../../dist/embedded/index.js", import.meta.url).href;
const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));

/** What all workers of a run reported. */
export interface Reports {
  acknowledged: Set<string>;
  observed: State[];
  kills: number;
}

/** How the workers run. */
export interface FleetOptions {
  file: string;
  workers: number;
  /** Ends after this many acknowledged transactions. */
  transactions: number;
  /** Kills a worker (SIGKILL) each time this many more were acknowledged, and starts another. */
  killEvery: number;
  /** From which the workers' choices follow; how these meet in time is chance. */
  seed: string;
  /** Called with each worker that was started. */
  onStart?: (name: string, pid: number) => void;
}

/** How much of a worker's output a failure shows, in characters of each stream; its end says most. */
const SHOWN = 4_000;

/** One process of the fleet. */
interface Worker {
  name: string;
  child: ChildProcess;
  /** Whether the fleet killed it. */
  killed: boolean;
  /** Why the fleet cannot go on with it. */
  broken?: string;
}

/**
 * Runs workers on one store file until enough transactions were acknowledged. Fails when a worker ends in another way
 * than the fleet asked of it, with its end, its output and the seed of its choices.
 */
export async function runFleet({
  file,
  workers,
  transactions,
  killEvery,
  seed,
  onStart,
}: FleetOptions): Promise<Reports> {
  const reports: Reports = { acknowledged: new Set(), observed: [], kills: 0 };
  const alive = new Set<Worker>();
  const ends: Promise<void>[] = [];
  const failures: string[] = [];
  let enough = false;

  const start = (): void => {
    const name = `w${ends.length}`;
    const child = spawn(process.execPath, [WORKER, file, name, BUILD, `${seed}-${name}`], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const worker: Worker = { name, child, killed: false };
    const shown = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].on("data", (chunk: Buffer) => {
        shown[stream] = (shown[stream] + chunk.toString()).slice(-SHOWN);
      });
    child.on("error", (error) => {
      worker.broken ??= error.message;
    });
    // It may have ended a moment before its input is closed.
    child.stdin.on("error", () => {});
    createInterface(child.stdout).on("line", (line) => hear(worker, line));
    alive.add(worker);
    if (child.pid !== undefined) onStart?.(name, child.pid);
    // All output has been read by "close", not by "exit".
    ends.push(
      new Promise<void>((resolve) => {
        child.on("close", (code, signal) => {
          alive.delete(worker);
          const asAsked = worker.killed ? signal === "SIGKILL" || code === 0 : enough && code === 0;
          if (!asAsked || worker.broken !== undefined) {
            const end = signal === null ? `code ${code}` : `${signal}, which the fleet did not send`;
            const why = worker.broken === undefined ? "" : `; ${worker.broken}`;
            failures.push(
              `worker ${name} (seed ${seed}) ended by itself with ${end}${why}, after ${reports.acknowledged.size} transactions`,
              `its stderr: ${shown.stderr || "empty"}`,
              `the end of its stdout: ${shown.stdout || "empty"}`,
            );
            finish();
          }
          resolve();
        });
      }),
    );
  };
  const finish = (): void => {
    enough = true;
    for (const { child } of alive) child.stdin?.end();
  };
  const hear = (worker: Worker, line: string): void => {
    const report = readReport(line);
    if (!report) {
      // The last line of one that was killed may be cut short.
      if (!worker.killed) worker.broken ??= "a line of its output is no JSON";
      return;
    }
    if (report.observed) reports.observed.push(report.observed);
    if (!report.acknowledged) return;
    reports.acknowledged.add(report.acknowledged);
    if (enough) return;
    if (reports.acknowledged.size >= transactions) return finish();
    if (reports.acknowledged.size % killEvery !== 0) return;
    // The one that just reported is in the middle of its next transaction.
    worker.killed = true;
    worker.child.kill("SIGKILL");
    reports.kills++;
    start();
  };

  for (let count = 0; count < workers; count++) start();
  for (let at = 0; at < ends.length; at++) await ends[at];
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return reports;
}

function readReport(line: string): { acknowledged?: string; observed?: State } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
