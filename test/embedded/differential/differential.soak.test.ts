import { expect, it, onTestFinished } from "vitest";
import { startOfficialEmulator } from "../../support/emulator.js";
import { differences } from "./compare.js";

const PROGRAMS = 5_000;

it(`${PROGRAMS} fresh random programs give the same on both stores`, { timeout: 30 * 60_000 }, async (context) => {
  const emulator = await startOfficialEmulator();
  if ("unavailable" in emulator) return context.skip(`official emulator not available: ${emulator.unavailable}`);
  onTestFinished(() => emulator.stop());
  const seed = Date.now() % 2 ** 31;
  process.stdout.write(`seed ${seed}\n`);
  const found = await differences(Number(emulator.host.split(":")[1]), seed, PROGRAMS);
  expect(found.slice(0, 5).join("\n\n"), `${found.length} programs differ (seed ${seed})`).toBe("");
});
