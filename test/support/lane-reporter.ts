import type { Reporter, TestModule, TestProject, Vitest } from "vitest/node";

/** Prints one line for each lane at the end of a run: the counts of its tests, and why a whole lane was skipped. */
export default class LaneReporter implements Reporter {
  #projects: readonly TestProject[] = [];

  onInit(vitest: Vitest): void {
    this.#projects = vitest.projects;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const width = Math.max(...this.#projects.map((project) => project.name.length));
    const lines = this.#projects.map((project) => {
      const own = modules.filter((module) => module.project.name === project.name);
      return `  lane ${project.name.padEnd(width)}  ${outcome(project, own)}`;
    });
    process.stdout.write(`\n${lines.join("\n")}\n`);
  }
}

function outcome(project: TestProject, modules: TestModule[]): string {
  if (modules.length === 0) return "no test files";
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) count[test.result().state] += 1;
    // A file that cannot even be loaded has no tests to count.
    if (module.state() === "failed" && module.errors().length > 0) count.failed += 1;
  }
  const counts = Object.entries(count)
    .filter(([, number]) => number > 0)
    .map(([state, number]) => `${number} ${state}`);
  const reason = project.config.env.FIREBOARD_TEST_EMULATOR_UNAVAILABLE;
  return (counts.join(", ") || "no tests") + (reason ? ` (official emulator not available: ${reason})` : "");
}
