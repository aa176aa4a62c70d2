import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../support/repository.js";

let folder: string;

/** The package as npm would publish it, unpacked, with this repository's dependencies. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-package-"));
  execFileSync("npm", ["pack", "--pack-destination", folder], { cwd: ROOT, stdio: "pipe" });
  const [tarball = ""] = readdirSync(folder);
  execFileSync("tar", ["-xzf", tarball], { cwd: folder });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "package", "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the published package holds what it needs to run, the server included", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(folder, "package", "dist", "cli.js"), "quickstart"], {
    encoding: "utf8",
  });
  expect(status, stdout).toBe(0);
});

test("the published package holds the Firebase files to deploy, and no sources, tests or build state", () => {
  const files = readdirSync(join(folder, "package")).filter((file) => file !== "node_modules");
  expect(files).toEqual(expect.arrayContaining(["firebase.json", "firestore.indexes.json", "firestore.rules"]));
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "dist", "package.json"]));
  expect(files).not.toContain("src");
  expect(files).not.toContain("test");
  expect(readdirSync(join(folder, "package", "dist"))).not.toContain(".tsbuildinfo");
});
