import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import LaneSequencer from "./test/support/lane-sequencer.js";

/** A lane: one kind of test, over one kind of store. `order` keeps heavy lanes from running at the same time. */
interface Lane {
  name: string;
  include: string[];
  exclude?: string[];
  /** The store that the tests of this lane talk to; they read it as FIREBOARD_TEST_LANE. */
  store?: "embedded" | "emulator";
  /** Whether some of its tests compare with the official emulator; without one, they skip themselves. */
  compares?: boolean;
  order: number;
  /** Whether each file has a process of its own; else files of the lane share a few, which load modules once. */
  isolate: boolean;
  /** Milliseconds after which a test counts as hung: far above what any takes, also on a busy machine. */
  testTimeout: number;
}

const folder = (name: string) => `test/${name}/**/*.test.ts`;
const SOAK = "test/**/*.soak.test.ts";
const OWN_FOLDERS = ["embedded", "contract", "protocol", "rules", "race", "crash", "e2e", "commands", "http"].map(
  folder,
);

/** How sloppy forms are read is settled before a call meets its store. */
const STORE_INDEPENDENT = ["test/contract/sloppy-arguments.test.ts", "test/contract/refused-arguments.test.ts"];

const QUICK = { order: 0, isolate: false, testTimeout: 90_000 };
const SEVERAL_PROCESSES = { order: 1, isolate: true, testTimeout: 240_000 };

/** In the order in which they run (test/support/lane-sequencer.ts). */
const LANES: Lane[] = [
  // One server at most for each file.
  { name: "embedded", include: [folder("embedded")], compares: true, ...QUICK },
  {
    name: "contract-emulator",
    include: [folder("contract")],
    exclude: STORE_INDEPENDENT,
    store: "emulator",
    ...QUICK,
    testTimeout: 120_000,
  },
  { name: "contract-embedded", include: [folder("contract")], store: "embedded", ...QUICK },
  { name: "protocol", include: [folder("protocol")], store: "embedded", ...QUICK },
  // These start the built command line, with the stores that each test says.
  { name: "commands", include: [folder("commands")], ...QUICK },
  { name: "http", include: [folder("http")], store: "embedded", ...QUICK },
  { name: "http-emulator", include: ["test/http/day.test.ts"], store: "emulator", ...QUICK },
  { name: "rules", include: [folder("rules")], store: "emulator", ...QUICK },
  // Whatever has no lane of its own needs no store: a new folder of tests is never forgotten.
  { name: "unit", include: ["test/**/*.test.ts"], exclude: OWN_FOLDERS, ...QUICK },
  // From here on a single test starts several processes.
  { name: "race-emulator", include: [folder("race")], store: "emulator", ...SEVERAL_PROCESSES },
  { name: "crash", include: [folder("crash")], store: "embedded", ...SEVERAL_PROCESSES },
  { name: "e2e", include: [folder("e2e")], store: "embedded", ...SEVERAL_PROCESSES },
  { name: "race-embedded", include: [folder("race")], store: "embedded", ...SEVERAL_PROCESSES },
];

/** Files at a time: one more than cores on a small machine, because many tests wait for timers or for the emulator. */
const WORKERS = 3;

/** Long runs (`npm run test:soak`), in no other run. */
const SOAK_LANE: Lane = {
  name: "soak",
  include: [SOAK],
  store: "embedded",
  compares: true,
  order: 0,
  isolate: true,
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

function project({ name, include, exclude = [], store, compares = store === "emulator", ...lane }: Lane) {
  return {
    test: {
      name,
      include,
      exclude: name === "soak" ? exclude : [...exclude, SOAK],
      env: store ? { FIREBOARD_TEST_LANE: store } : {},
      setupFiles: ["test/support/clean-environment.ts"],
      globalSetup: compares ? ["test/support/lane-emulator.ts"] : [],
      expect: { requireAssertions: true },
      testTimeout: lane.testTimeout,
      hookTimeout: 120_000,
      isolate: lane.isolate,
      maxWorkers: name === "soak" ? 1 : WORKERS,
      sequence: { groupOrder: lane.order },
    },
  } satisfies TestProjectInlineConfiguration;
}

export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: ["test/support/build.ts"],
    reporters: ["./test/support/lane-reporter.ts", "default"],
    sequence: { sequencer: LaneSequencer },
    projects: mode === "bench" ? [BENCH] : (mode === "soak" ? [SOAK_LANE] : LANES).map(project),
  },
}));
