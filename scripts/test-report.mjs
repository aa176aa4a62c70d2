/**
 * The part of vitest's JSON report that is counted here, per test file.
 * @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile
 */

/**
 * Counts the tests of a run as they ended. A test that did not run, for whatever reason, is skipped and never passed.
 * @param {TestFile[]} files `testResults` of the report
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(files) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of files) {
    let failedHere = 0;
    for (const test of assertionResults) {
      if (test.status === "passed") count.passed += 1;
      else if (test.status === "failed") failedHere += 1;
      else count.skipped += 1;
    }
    // A file that cannot be loaded, or whose hooks fail, has no failed test to count.
    count.failed += status === "failed" ? Math.max(failedHere, 1) : failedHere;
  }
  return count;
}
