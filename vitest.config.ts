import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

/** A lane: one kind of test, over one kind of store. `order` keeps heavy lanes from running at the same time. */
interface Lane {
  name: string;
  include: string[];
  exclude?: string[];
  /** The store that the tests of this lane talk to; they read it as FIREBOARD_TEST_LANE. */
  store?: "embedded" | "emulator";
  order: number;
  /** Files at a time. Lanes of one order share it. */
  workers: number;
  /** Milliseconds after which a test counts as hung: far above what any takes, also on a busy machine. */
  testTimeout: number;
}

const folder = (name: string) => `test/${name}/**/*.test.ts`;
const SOAK = "test/**/*.soak.test.ts";
const OWN_FOLDERS = ["embedded", "contract", "protocol", "rules", "race", "crash", "e2e", "commands"].map(folder);

const LANES: Lane[] = [
  // Whatever has no lane of its own needs no store: a new folder of tests is never forgotten.
  { name: "unit", include: ["test/**/*.test.ts"], exclude: OWN_FOLDERS, order: 0, workers: 2, testTimeout: 90_000 },
  { name: "embedded", include: [folder("embedded")], order: 0, workers: 2, testTimeout: 90_000 },
  {
    name: "contract-embedded",
    include: [folder("contract")],
    store: "embedded",
    order: 1,
    workers: 2,
    testTimeout: 90_000,
  },
  // These start the built command line, with the stores that each test says.
  { name: "commands", include: [folder("commands")], order: 1, workers: 2, testTimeout: 90_000 },
  { name: "protocol", include: [folder("protocol")], store: "embedded", order: 1, workers: 2, testTimeout: 90_000 },
  {
    name: "contract-emulator",
    include: [folder("contract")],
    store: "emulator",
    order: 2,
    workers: 2,
    testTimeout: 120_000,
  },
  { name: "rules", include: [folder("rules")], store: "emulator", order: 2, workers: 2, testTimeout: 90_000 },
  // From here on a single test starts several processes.
  { name: "race-embedded", include: [folder("race")], store: "embedded", order: 3, workers: 2, testTimeout: 180_000 },
  { name: "crash", include: [folder("crash")], store: "embedded", order: 3, workers: 2, testTimeout: 240_000 },
  { name: "e2e", include: [folder("e2e")], store: "embedded", order: 3, workers: 2, testTimeout: 240_000 },
  // These mostly wait for the emulator.
  { name: "race-emulator", include: [folder("race")], store: "emulator", order: 4, workers: 3, testTimeout: 240_000 },
];

/** Long runs (`npm run test:soak`), in no other run. */
const SOAK_LANE: Lane = {
  name: "soak",
  include: [SOAK],
  store: "embedded",
  order: 0,
  workers: 1,
  testTimeout: 30 * 60_000,
};

/** Benchmarks (`npm run bench`), on both stores; without an emulator, on the embedded one alone. */
const BENCH = {
  test: {
    name: "bench",
    include: ["bench/**/*.run.ts"],
    env: {},
    setupFiles: ["test/support/clean-environment.ts"],
    globalSetup: ["test/support/lane-emulator.ts"],
    testTimeout: 10 * 60_000,
    hookTimeout: 10 * 60_000,
    fileParallelism: false,
    server: { deps: { external: [/\/dist\//] } },
  },
} satisfies TestProjectInlineConfiguration;

function project({ name, include, exclude = [], store, order, workers, testTimeout }: Lane) {
  const onEmulator = store === "emulator";
  return {
    test: {
      name,
      include,
      exclude: name === "soak" ? exclude : [...exclude, SOAK],
      env: store ? { FIREBOARD_TEST_LANE: store } : {},
      setupFiles: ["test/support/clean-environment.ts"],
      globalSetup: onEmulator ? ["test/support/lane-emulator.ts"] : [],
      expect: { requireAssertions: true },
      testTimeout,
      hookTimeout: 120_000,
      maxWorkers: workers,
      sequence: { groupOrder: order },
    },
  } satisfies TestProjectInlineConfiguration;
}

export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: ["test/support/build.ts"],
    reporters: ["./test/support/lane-reporter.ts", "default"],
    projects: mode === "bench" ? [BENCH] : (mode === "soak" ? [SOAK_LANE] : LANES).map(project),
  },
}));
