import fc from "fast-check";
import { startEngine } from "../../../src/embedded/index.js";
import { NO_INDEXES } from "../support/engine.js";
import { type Program, program } from "./arbitraries.js";
import { compared, traceOf } from "./run.js";

/** Indexes that programs needed pile up in an engine; a fresh one now and then keeps writes quick. */
const PROGRAMS_PER_ENGINE = 20;
/** Engines at a time: a program mostly waits for one of the two stores. */
const ENGINES = 3;

/**
 * Runs random programs on fresh embedded stores and on the emulator at `port`, and describes every program that made
 * something else visible on one than on the other, in the order in which they ended.
 */
export async function differences(port: number, seed: number, count: number): Promise<string[]> {
  const left = [...fc.sample(program, { seed, numRuns: count }).entries()];
  const differing: string[] = [];
  async function runTheRest(): Promise<void> {
    while (left.length > 0) {
      const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, createIndexes: true });
      try {
        for (const [number, one] of left.splice(0, PROGRAMS_PER_ENGINE)) {
          const project = `demo-${seed}-${number}`;
          const [embedded, official] = await Promise.all([
            traceOf({ port: engine.port }, project, one),
            traceOf({ port }, project, one),
          ]);
          if (embedded.some((line, index) => compared(line) !== compared(official[index]))) {
            differing.push(difference(project, one, embedded, official));
          }
        }
      } finally {
        await engine.close();
      }
    }
  }
  await Promise.all(Array.from({ length: ENGINES }, runTheRest));
  return differing;
}

function difference(project: string, one: Program, embedded: string[], official: string[]): string {
  const lines = embedded.flatMap((line, index) =>
    compared(line) === compared(official[index]) ? [] : [`  embedded: ${line}`, `  official: ${official[index]}`],
  );
  const queries = embedded.flatMap((line, index) => {
    const found = compared(line) === compared(official[index]) ? null : /^query (\d+)/.exec(line);
    return found ? [`  ${JSON.stringify(one.queries[Number(found[1])])}`] : [];
  });
  return [`${project}:`, ...lines, ...queries].join("\n");
}
