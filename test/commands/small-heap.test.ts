import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { CLI } from "../support/repository.js";

/** Runs a command, then makes 200 MB of objects that live for a while, and tells how large the nursery has become. */
const GROW = `
  await import(${JSON.stringify(CLI)});
  let kept = [];
  for (let at = 0; at < 2_000_000; at += 1) {
    kept.push({ at, text: "t" + at });
    if (kept.length === 200_000) kept = [];
  }
  const { getHeapSpaceStatistics } = await import("node:v8");
  console.error(getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size);
`;

it("the memory of a process does not grow by V8's nursery", () => {
  const folder = mkdtempSync(join(tmpdir(), "heap-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = join(folder, "grow.mjs");
  writeFileSync(script, GROW);
  const { stderr } = spawnSync(process.execPath, [script, "tools"], { encoding: "utf8" });
  expect(Number(stderr)).toBeGreaterThan(0);
  expect(Number(stderr)).toBeLessThanOrEqual(8 * 1024 * 1024);
});
