import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../support/repository.js";

const SCRIPT = new URL("../../scripts/newest-node.mjs", import.meta.url).href;

test("where npm cannot fetch the newest Node.js, CI is told why", () => {
  const cache = mkdtempSync(join(tmpdir(), "fireboard-npm-"));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const { PATH, HOME } = process.env;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["-e", `import(${JSON.stringify(SCRIPT)}).then((it) => console.log(JSON.stringify(it.newestNode())))`],
    { cwd: ROOT, encoding: "utf8", env: { PATH, HOME, npm_config_cache: cache, npm_config_offline: "true" } },
  );
  const reason =
    process.platform === "linux" && process.arch === "x64" ? /^npm exec failed: npm .*ENOTCACHED/ : /^npm has it for/;
  expect(JSON.parse(stdout || "null"), stderr).toEqual({ unavailable: expect.stringMatching(reason) });
});
