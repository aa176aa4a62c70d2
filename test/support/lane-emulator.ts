import type { TestProject } from "vitest/node";
import { startOfficialEmulator } from "./emulator.js";

/** One emulator serves every lane of a run. Each lane loads its own copy of this module, so it is kept in globalThis. */
interface Shared {
  fireboardEmulator?: ReturnType<typeof startOfficialEmulator>;
}

/**
 * Global setup of the lanes that use the official emulator: tests find it in FIREBOARD_TEST_EMULATOR_HOST. Without one,
 * the reason is printed and stands in FIREBOARD_TEST_EMULATOR_UNAVAILABLE; every test of a lane on the emulator alone
 * counts as skipped then, and in other lanes the tests that compare with it skip themselves.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = globalThis as Shared;
  const first = shared.fireboardEmulator === undefined;
  shared.fireboardEmulator ??= startOfficialEmulator();
  const emulator = await shared.fireboardEmulator;

  const { env } = project.config;
  if ("unavailable" in emulator) {
    if (first) process.stdout.write(`official emulator not available: ${emulator.unavailable}\n`);
    env.FIREBOARD_TEST_EMULATOR_UNAVAILABLE = emulator.unavailable;
    // No name matches: the files are loaded and their tests counted, but no test or hook runs.
    if (env.FIREBOARD_TEST_LANE === "emulator") project.config.testNamePattern = /(?!)/;
    return async () => {};
  }
  env.FIREBOARD_TEST_EMULATOR_HOST = emulator.host;
  return emulator.stop;
}
