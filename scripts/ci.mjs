/**
 * Everything that must hold before a change lands, on a bare clone: install, lint, typecheck, build, knip, every test
 * lane, and the lanes of the engine once more on the newest Node.js. All steps run, also after a failed one. The last
 * line counts tests, as vitest reports them; a step that fails without a failed test counts as one failure.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NEWEST_NODE, newestNode } from "./newest-node.mjs";
import { npm, ROOT } from "./npm.mjs";
import { countTests } from "./test-report.mjs";

const folder = mkdtempSync(join(tmpdir(), "fireboard-ci-"));
/** @type {string[]} */
const failedSteps = [];
const total = { passed: 0, failed: 0, skipped: 0 };

installNginx();
if (step("install", () => npm("ci", "--include=dev"))) {
  for (const script of ["lint", "typecheck", "build", "knip"]) step(script, () => npm("run", script));
  test("test", (reporters) => npm("test", "--", ...reporters));
  test(`test on Node ${NEWEST_NODE}`, engineLanesOnNewestNode);
}
rmSync(folder, { recursive: true });

if (failedSteps.length > 0) process.stdout.write(`\nfailed: ${failedSteps.join(", ")}\n`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** The test of a proxy needs it, and skips itself where it cannot be had: that is said, and is no failure. */
function installNginx() {
  const has = () => spawnSync("nginx", ["-v"]).error === undefined;
  if (has()) return;
  process.stdout.write("\n==> nginx\n");
  const limits = { timeout: 120_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "nginx-light"]])
    spawnSync("apt-get", ["-qq", ...args], { ...limits, stdio: ["ignore", "ignore", "inherit"] });
  if (!has()) process.stdout.write("nginx not available: apt-get did not install it\n");
}

/**
 * Runs a step and says whether it passed.
 * @param {string} name
 * @param {() => number} run gives the exit code
 */
function step(name, run) {
  if (passes(name, run)) return true;
  total.failed += 1;
  return false;
}

/**
 * Runs a step of tests and adds what it reports to the total.
 * @param {string} name
 * @param {(reporters: string[]) => number} run gives the exit code of vitest
 */
function test(name, run) {
  const file = join(folder, `${name.replaceAll(" ", "-")}.json`);
  const reporters = ["./test/support/lane-reporter.ts", "default", "json"].map((reporter) => `--reporter=${reporter}`);
  const passed = passes(name, () => run([...reporters, `--outputFile.json=${file}`]));
  const counts = countTests(readReport(file));
  total.passed += counts.passed;
  total.failed += passed ? counts.failed : Math.max(counts.failed, 1);
  total.skipped += counts.skipped;
}

/**
 * @param {string} name
 * @param {() => number} run
 */
function passes(name, run) {
  process.stdout.write(`\n==> ${name}\n`);
  if (run() === 0) return true;
  failedSteps.push(name);
  return false;
}

/**
 * The engine stands on Node's own SQLite there. What random tests find does not depend on that, so a quarter of their
 * rounds is made. Without that Node the tests are loaded and none is run: each counts as skipped.
 * @param {string[]} reporters
 */
function engineLanesOnNewestNode(reporters) {
  const newest = newestNode();
  const available = "node" in newest;
  if (!available) process.stdout.write(`Node ${NEWEST_NODE} not available: ${newest.unavailable}\n`);
  const vitest = fileURLToPath(new URL("node_modules/vitest/vitest.mjs", ROOT));
  // The differential tests wait for the official emulator, and have compared the same engine already.
  const lanes = ["--project=embedded", "--project=contract-embedded", "--exclude=test/embedded/differential/**"];
  const none = available ? [] : ["--testNamePattern=(?!)"];
  const { status } = spawnSync(
    available ? newest.node : process.execPath,
    [vitest, "run", ...lanes, ...none, ...reporters],
    {
      cwd: fileURLToPath(ROOT),
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, FIREBOARD_TEST_ROUNDS: "0.25" },
    },
  );
  return status ?? 1;
}

/**
 * @param {string} file
 * @returns {import("./test-report.mjs").TestFile[]} nothing when the run never got as far as a report
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).testResults;
  } catch (error) {
    process.stdout.write(`\nno test report: ${error instanceof Error ? error.message : error}\n`);
    return [];
  }
}
