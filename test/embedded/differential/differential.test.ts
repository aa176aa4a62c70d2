import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEngine } from "../../../src/embedded/index.js";
import { startOfficialEmulator } from "../../support/emulator.js";
import { NO_INDEXES } from "../support/engine.js";
import { type Program, program } from "./arbitraries.js";
import { compared, traceOf } from "./run.js";

/*
 * The same random programs on the embedded store and on the official emulator, through the client library and, for
 * what it would repeat for seconds, by single RPCs. What clients see must be the same.
 */

const PROGRAMS = Number(process.env.FIREBOARD_TEST_PROGRAMS ?? 500);
const SEED = Number(process.env.FIREBOARD_TEST_SEED ?? 20260101);
/** Indexes that programs needed pile up in an engine; a fresh one now and then keeps writes quick. */
const PROGRAMS_PER_ENGINE = 20;

let emulator: Awaited<ReturnType<typeof startOfficialEmulator>>;
beforeAll(async () => {
  emulator = await startOfficialEmulator();
});
afterAll(async () => {
  if ("stop" in emulator) await emulator.stop();
});

it(`${PROGRAMS} random programs give the same on both stores`, { timeout: 30 * 60_000 }, async (context) => {
  if ("unavailable" in emulator) return context.skip(`official emulator not available: ${emulator.unavailable}`);
  const port = Number(emulator.host.split(":")[1]);
  const programs = fc.sample(program, { seed: SEED, numRuns: PROGRAMS });
  const differing: string[] = [];
  for (let start = 0; start < programs.length; start += PROGRAMS_PER_ENGINE) {
    const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, createIndexes: true });
    try {
      for (const [offset, one] of programs.slice(start, start + PROGRAMS_PER_ENGINE).entries()) {
        const project = `demo-${start + offset}`;
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
  expect(differing.slice(0, 5).join("\n\n"), `${differing.length} of ${PROGRAMS} programs differ (seed ${SEED})`).toBe(
    "",
  );
});

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
