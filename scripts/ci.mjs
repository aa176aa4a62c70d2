/**
 * Everything that must hold before a change lands, on a bare clone: install, lint, typecheck, build, knip, every test
 * lane. All steps run, also after a failed one. The last line counts tests, as vitest reports them; a step that fails
 * without a failed test counts as one failure.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "./npm.mjs";
import { countTests } from "./test-report.mjs";

const folder = mkdtempSync(join(tmpdir(), "fireboard-ci-"));
const reportFile = join(folder, "tests.json");

/** @type {Record<string, string[]>} */
const STEPS = {
  install: ["ci", "--include=dev"],
  lint: ["run", "lint"],
  typecheck: ["run", "typecheck"],
  build: ["run", "build"],
  knip: ["run", "knip"],
  test: [
    "test",
    "--",
    ...["./test/support/lane-reporter.ts", "default", "json"].map((name) => `--reporter=${name}`),
    `--outputFile.json=${reportFile}`,
  ],
};

/** Steps of which the later ones are nothing but the same failure again. */
const FATAL = new Set(["install"]);

/** @type {string[]} */
const failedSteps = [];
for (const [step, args] of Object.entries(STEPS)) {
  process.stdout.write(`\n==> ${step}\n`);
  if (npm(...args) === 0) continue;
  failedSteps.push(step);
  if (FATAL.has(step)) break;
}

const tests = countTests(readReport());
const testsAreCounted = tests.failed > 0;
const failed = tests.failed + failedSteps.filter((step) => step !== "test" || !testsAreCounted).length;
rmSync(folder, { recursive: true });

if (failedSteps.length > 0) process.stdout.write(`\nfailed: ${failedSteps.join(", ")}\n`);
process.stdout.write(`\n${tests.passed} passed, ${failed} failed, ${tests.skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** @returns {import("./test-report.mjs").TestFile[]} nothing when the run never got as far as a report */
function readReport() {
  try {
    return JSON.parse(readFileSync(reportFile, "utf8")).testResults;
  } catch (error) {
    process.stdout.write(`\nno test report: ${error instanceof Error ? error.message : error}\n`);
    return [];
  }
}
