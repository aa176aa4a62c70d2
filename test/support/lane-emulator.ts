import type { TestProject } from "vitest/node";
import { startOfficialEmulator } from "./emulator.js";

/** One emulator serves every lane of a run. Each lane loads its own copy of this module, so it is kept in globalThis. */
interface Shared {
  fireboardEmulator?: ReturnType<typeof startOfficialEmulator>;
}

/**
 * Global setup of the lanes on the official emulator. Tests find it in FIREBOARD_TEST_EMULATOR_HOST. Without one, the
 * reason is printed, and every test of the lane counts as skipped.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = globalThis as Shared;
  const first = shared.fireboardEmulator === undefined;
  shared.fireboardEmulator ??= startOfficialEmulator();
  const emulator = await shared.fireboardEmulator;

  if ("unavailable" in emulator) {
    if (first) process.stdout.write(`official emulator not available: ${emulator.unavailable}\n`);
    project.config.env.FIREBOARD_TEST_EMULATOR_UNAVAILABLE = emulator.unavailable;
    // No name matches: the files are loaded and their tests counted, but no test or hook runs.
    project.config.testNamePattern = /(?!)/;
    return async () => {};
  }
  project.config.env.FIREBOARD_TEST_EMULATOR_HOST = emulator.host;
  return emulator.stop;
}
