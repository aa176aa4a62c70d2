import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countTests } from "../../scripts/test-report.mjs";
import { ROOT } from "../support/repository.js";

const MODULES = join(ROOT, "node_modules");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-report-"));
  symlinkSync(MODULES, join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Counts what a real vitest reports of these test files. */
function countsOf(files: Record<string, string>) {
  for (const [name, body] of Object.entries(files))
    writeFileSync(join(folder, name), `import { beforeAll, expect, test } from "vitest";\n${body}`);
  const vitest = join(MODULES, "vitest", "vitest.mjs");
  const { PATH, HOME } = process.env;
  spawnSync(process.execPath, [vitest, "run", "--reporter=json", "--outputFile=report.json"], {
    cwd: folder,
    env: { PATH, HOME },
  });
  return countTests(JSON.parse(readFileSync(join(folder, "report.json"), "utf8")).testResults);
}

test("each way in which a test can end is counted", () => {
  const counts = countsOf({
    "mixed.test.js": `
      test("passes", () => {});
      test("fails", () => { expect(1).toBe(2); });
      test.skip("is skipped", () => {});
      test.todo("is yet to be written");
      test("skips itself", ({ skip }) => skip("no emulator"));`,
    "unloadable.test.js": `import "./missing.js"; test("never seen", () => {});`,
    "hook.test.js": `beforeAll(() => { throw new Error("no store"); }); test("never run", () => {});`,
    "all-skipped.test.js": `test.skip("one", () => {}); test.skip("two", () => {});`,
  });
  expect(counts).toEqual({ passed: 1, failed: 3, skipped: 6 });
});

test("no file, no test", () => {
  expect(countTests([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
