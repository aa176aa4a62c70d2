import { afterAll, beforeAll, expect, it } from "vitest";
import { startOfficialEmulator } from "../../support/emulator.js";
import { differences } from "./compare.js";

/*
 * The same random programs on the embedded store and on the official emulator, through the client library and, for
 * what it would repeat for seconds, by single RPCs. What clients see must be the same.
 */

const SEED = 20260101;
const PROGRAMS = 300;

let emulator: Awaited<ReturnType<typeof startOfficialEmulator>>;
beforeAll(async () => {
  emulator = await startOfficialEmulator();
});
afterAll(async () => {
  if ("stop" in emulator) await emulator.stop();
});

it(`${PROGRAMS} random programs give the same on both stores`, { timeout: 10 * 60_000 }, async (context) => {
  if ("unavailable" in emulator) return context.skip(`official emulator not available: ${emulator.unavailable}`);
  const found = await differences(Number(emulator.host.split(":")[1]), SEED, PROGRAMS);
  expect(found.slice(0, 5).join("\n\n"), `${found.length} programs differ`).toBe("");
});
