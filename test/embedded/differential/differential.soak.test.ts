import { expect, it } from "vitest";
import { officialEmulator } from "../../support/official-emulator.js";
import { differences } from "./compare.js";

const PROGRAMS = 5_000;

it(`${PROGRAMS} fresh random programs give the same on both stores`, { timeout: 30 * 60_000 }, async (context) => {
  const emulator = officialEmulator();
  if ("unavailable" in emulator) return context.skip(emulator.unavailable);
  const seed = Date.now() % 2 ** 31;
  process.stdout.write(`seed ${seed}\n`);
  const found = await differences(emulator.port, seed, PROGRAMS);
  expect(found.slice(0, 5).join("\n\n"), `${found.length} programs differ (seed ${seed})`).toBe("");
});
