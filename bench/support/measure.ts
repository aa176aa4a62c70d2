import { Bench } from "tinybench";

/** What is measured: a promise of the time it took, in milliseconds, or of nothing, when all of it counts. */
export type Measured = () => Promise<number | undefined>;

/** How many runs are made, of which the first do not count. */
export interface Runs {
  counted: number;
  warmup: number;
}

/** The median and the 99th percentile of one task, in milliseconds. */
export async function percentiles(task: Measured, runs: Runs): Promise<{ p50: number; p99: number }> {
  const bench = await measured({ task }, runs);
  return { p50: latency(bench, "task").p50, p99: latency(bench, "task").p99 };
}

/** The median milliseconds of each of `tasks`, run one after the other. Throws what a task throws. */
export async function medians<Name extends string>(
  tasks: Record<Name, Measured>,
  runs: Runs,
): Promise<Record<Name, number>> {
  const bench = await measured(tasks, runs);
  const names = Object.keys(tasks) as Name[];
  return Object.fromEntries(names.map((name) => [name, latency(bench, name).p50])) as Record<Name, number>;
}

async function measured(tasks: Record<string, Measured>, runs: Runs): Promise<Bench> {
  const bench = new Bench({
    iterations: runs.counted,
    time: 0,
    warmupIterations: runs.warmup,
    warmupTime: 0,
    throws: true,
  });
  for (const [name, task] of Object.entries(tasks)) {
    bench.add(name, async () => {
      const own = await task();
      return own === undefined ? undefined : { overriddenDuration: own };
    });
  }
  await bench.run();
  return bench;
}

function latency(bench: Bench, name: string): { p50: number; p99: number } {
  const result = bench.getTask(name)?.result;
  if (result?.state !== "completed") throw new Error(`${name} was not measured: ${result?.state ?? "no such task"}`);
  return result.latency;
}
