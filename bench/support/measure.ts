import { Bench } from "tinybench";

/** What is measured: a promise of the time it took, in milliseconds, or of nothing, when all of it counts. */
export type Measured = () => Promise<number | undefined>;

/** How many runs are made, of which the first do not count. */
export interface Runs {
  counted: number;
  warmup: number;
}

/** The median milliseconds of each of `tasks`, run one after the other. Throws what a task throws. */
export async function medians<Name extends string>(
  tasks: Record<Name, Measured>,
  runs: Runs,
): Promise<Record<Name, number>> {
  const bench = new Bench({
    iterations: runs.counted,
    time: 0,
    warmupIterations: runs.warmup,
    warmupTime: 0,
    throws: true,
  });
  const names = Object.keys(tasks) as Name[];
  for (const name of names) {
    bench.add(name, async () => {
      const own = await tasks[name]();
      return own === undefined ? undefined : { overriddenDuration: own };
    });
  }
  await bench.run();
  return Object.fromEntries(names.map((name) => [name, median(bench, name)])) as Record<Name, number>;
}

function median(bench: Bench, name: string): number {
  const result = bench.getTask(name)?.result;
  if (result?.state !== "completed") throw new Error(`${name} was not measured: ${result?.state ?? "no such task"}`);
  return result.latency.p50;
}
