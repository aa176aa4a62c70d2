import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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
}

/** Runs workers on one store file until enough transactions were acknowledged; fails when a worker fails by itself. */
export async function runFleet({ file, workers, transactions, killEvery }: FleetOptions): Promise<Reports> {
  const reports: Reports = { acknowledged: new Set(), observed: [], kills: 0 };
  const alive = new Set<ChildProcess>();
  const ends: Promise<void>[] = [];
  let started = 0;
  let failure = "";
  let enough = false;

  const start = (): void => {
    const child = spawn(process.execPath, [WORKER, file, `w${started++}`, BUILD], { stdio: ["pipe", "pipe", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    createInterface(child.stdout).on("line", (line) => hear(child, line));
    alive.add(child);
    ends.push(
      once(child, "exit").then(([code, signal]) => {
        alive.delete(child);
        if (signal === "SIGKILL") return;
        if (code !== 0) failure ||= `a worker ended with ${code}: ${complaint}`;
        if (code !== 0) finish();
      }),
    );
  };
  const finish = (): void => {
    enough = true;
    for (const child of alive) child.stdin?.end();
  };
  const hear = (child: ChildProcess, line: string): void => {
    const report = JSON.parse(line) as { acknowledged?: string; observed?: State };
    if (report.observed) reports.observed.push(report.observed);
    if (!report.acknowledged) return;
    reports.acknowledged.add(report.acknowledged);
    if (enough) return;
    if (reports.acknowledged.size >= transactions) return finish();
    if (reports.acknowledged.size % killEvery !== 0) return;
    // The one that just reported is in the middle of its next transaction.
    child.kill("SIGKILL");
    reports.kills++;
    start();
  };

  for (let count = 0; count < workers; count++) start();
  for (let at = 0; at < ends.length; at++) await ends[at];
  if (failure) throw new Error(failure);
  return reports;
}
