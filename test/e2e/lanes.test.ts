import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countTests } from "../../scripts/test-report.mjs";
import { ROOT } from "../support/repository.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-lanes-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("without an emulator its lanes are skipped, each test counted, and the reason is printed", () => {
  // A PATH with node alone: no java, no gcloud.
  symlinkSync(process.execPath, join(folder, "node"));
  const report = join(folder, "report.json");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["default", "./test/support/lane-reporter.ts", "json"].map((name) => `--reporter=${name}`);
  const { status, stdout } = spawnSync(
    process.execPath,
    [vitest, "run", "--project=rules", ...reporters, `--outputFile.json=${report}`],
    { cwd: ROOT, env: { PATH: folder, HOME: folder, NO_COLOR: "1" }, encoding: "utf8" },
  );

  expect(status, stdout).toBe(0);
  expect(stdout).toContain("official emulator not available: no java on the PATH\n");
  const counts = countTests(JSON.parse(readFileSync(report, "utf8")).testResults);
  expect(counts).toEqual({ passed: 0, failed: 0, skipped: expect.any(Number) });
  expect(counts.skipped).toBeGreaterThan(0);
  expect(stdout).toContain(
    `lane rules  ${counts.skipped} skipped (official emulator not available: no java on the PATH)\n`,
  );
});
