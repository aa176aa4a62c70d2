import { expect, it } from "vitest";
import { officialEmulator } from "../../support/official-emulator.js";
import { randomRounds } from "../../support/random-rounds.js";
import { differences } from "./compare.js";

/*
 * The same random programs on the embedded store and on the official emulator, through the client library and, for
 * what it would repeat for seconds, by single RPCs. What clients see must be the same.
 */

const SEED = 20260101;
const PROGRAMS = randomRounds(150);

it(`${PROGRAMS} random programs give the same on both stores`, { timeout: 10 * 60_000 }, async (context) => {
  const emulator = officialEmulator();
  if ("unavailable" in emulator) return context.skip(emulator.unavailable);
  const found = await differences(emulator.port, SEED, PROGRAMS);
  expect(found.slice(0, 5).join("\n\n"), `${found.length} programs differ`).toBe("");
});
