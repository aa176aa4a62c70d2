import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

/**
 * The import borders of AGENTS.md ("Dependencies") are allow-lists in biome.json. This matrix says what they must come
 * to: each file below imports everything of `TARGETS`, and exactly what is not in its list is refused.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** `~` stands for the way up to src. */
const TARGETS = [
  "node:fs",
  "node:fs/promises",
  "node:sqlite",
  "zod",
  "commander",
  "fastest-levenshtein",
  "p-retry",
  "gpt-tokenizer/encoding/o200k_base",
  "@modelcontextprotocol/server",
  "@modelcontextprotocol/client",
  "firebase-admin/firestore",
  "@google-cloud/firestore",
  "@google-cloud/firestore/build/protos/v1.json",
  "@grpc/grpc-js",
  "protobufjs",
  "@photostructure/sqlite",
  "minisearch",
  "yaml",
  "hono",
  "hono/body-limit",
  "@hono/node-server",
  "rate-limiter-flexible",
  "lru-cache",
  "a-library-nobody-owns",
  "~cli.js",
  "~config.js",
  "~config/settings.js",
  "~commands/serve.js",
  "~http/serve.js",
  "~mcp/server.js",
  "~calls/call-runner.js",
  "~access/roles.js",
  "~tools/board/create-task.js",
  "~board/tasks/create.js",
  "~firestore/store.js",
  "~embedded/index.js",
  "~embedded/storage/store-file.js",
];
const NODE = ["node:fs", "node:fs/promises"];
const LIBRARY = [...NODE, "zod"];

const ALLOWED: Record<string, string[]> = {
  "cli.ts": [...NODE, "commander", "~cli.js", "~config.js", "~commands/serve.js"],
  "config.ts": [...LIBRARY, "~config.js", "~config/settings.js", "~firestore/store.js"],
  "config/settings.ts": [...LIBRARY, "~firestore/store.js"],
  "commands/serve.ts": [
    ...LIBRARY,
    ...[
      "~config.js",
      "~commands/serve.js",
      "~http/serve.js",
      "~mcp/server.js",
      "~calls/call-runner.js",
      "~access/roles.js",
      "~tools/board/create-task.js",
      "~board/tasks/create.js",
    ],
    ...["~firestore/store.js", "~embedded/index.js"],
  ],
  "commands/repl/yaml.ts": [
    ...LIBRARY,
    "yaml",
    ...[
      "~config.js",
      "~commands/serve.js",
      "~http/serve.js",
      "~mcp/server.js",
      "~calls/call-runner.js",
      "~access/roles.js",
      "~tools/board/create-task.js",
      "~board/tasks/create.js",
    ],
    ...["~firestore/store.js", "~embedded/index.js"],
  ],
  "commands/quickstart/server.ts": [
    ...LIBRARY,
    ...["@modelcontextprotocol/client", "~config.js", "~commands/serve.js"],
  ],
  "commands/tools.ts": [
    ...LIBRARY,
    ...["gpt-tokenizer/encoding/o200k_base", "~config.js", "~commands/serve.js", "~mcp/server.js"],
    "~tools/board/create-task.js",
  ],
  "http/serve.ts": [
    ...LIBRARY,
    ...["hono", "hono/body-limit", "@hono/node-server", "rate-limiter-flexible"],
    ...["~config.js", "~http/serve.js", "~mcp/server.js", "~calls/call-runner.js", "~access/roles.js"],
    ...["~tools/board/create-task.js", "~board/tasks/create.js", "~firestore/store.js"],
  ],
  "mcp/server.ts": [
    ...LIBRARY,
    ...[
      "@modelcontextprotocol/server",
      "~config.js",
      "~mcp/server.js",
      "~calls/call-runner.js",
      "~access/roles.js",
      "~tools/board/create-task.js",
      "~board/tasks/create.js",
      "~firestore/store.js",
    ],
  ],
  "calls/call-runner.ts": [
    ...LIBRARY,
    ...["fastest-levenshtein", "~calls/call-runner.js", "~access/roles.js", "~tools/board/create-task.js"],
    ...["~board/tasks/create.js", "~firestore/store.js"],
  ],
  "access/roles.ts": [
    ...LIBRARY,
    ...["lru-cache", "~access/roles.js", "~board/tasks/create.js", "~firestore/store.js"],
  ],
  "tools/board/create-task.ts": [
    ...LIBRARY,
    "~tools/board/create-task.js",
    "~board/tasks/create.js",
    "~firestore/store.js",
  ],
  "board/tasks/create.ts": [...LIBRARY, "minisearch", "~board/tasks/create.js", "~firestore/store.js"],
  "firestore/store.ts": [
    ...LIBRARY,
    ...["p-retry", "firebase-admin/firestore", "@google-cloud/firestore", "~firestore/store.js", "~embedded/index.js"],
  ],
  "embedded/index.ts": [
    ...LIBRARY,
    ...["node:sqlite", "@google-cloud/firestore/build/protos/v1.json", "@grpc/grpc-js"],
    ...["protobufjs", "@photostructure/sqlite", "fastest-levenshtein"],
    ...["~embedded/index.js", "~embedded/storage/store-file.js"],
  ],
};

const Report = z.object({
  diagnostics: z.array(
    z.object({ category: z.string(), location: z.object({ path: z.string(), start: z.object({ line: z.number() }) }) }),
  ),
});

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-borders-"));
  const { vcs: _, ...config } = z.looseObject({}).parse(JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8")));
  writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lints one file and gives the lines of it that break the rule, counted from 0. */
function refusedLines(path: string, lines: string[], rule: string): number[] {
  const file = join(folder, "src", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.join("\n"));
  return report(["lint", "--reporter=json", "--max-diagnostics=none", join("src", path)])
    .diagnostics.filter(({ category }) => category === `lint/${rule}`)
    .map(({ location }) => location.start.line - 1);
}

function report(args: string[]): z.infer<typeof Report> {
  const biome = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  // A finding makes the exit code 1; the report is on stdout either way.
  try {
    const stdout = execFileSync(process.execPath, [biome, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" });
    return Report.parse(JSON.parse(stdout));
  } catch (error) {
    return Report.parse(JSON.parse(z.object({ stdout: z.string() }).parse(error).stdout));
  }
}

/** Every way to name another module. */
const statements = (target: string) => [
  `import "${target}";`,
  `import type { A } from "${target}";`,
  `export * from "${target}";`,
  `await import("${target}");`,
];

test("every file of the matrix exists", () => {
  const targets = TARGETS.filter((target) => target.startsWith("~"));
  const probed = [...Object.keys(ALLOWED), ...targets.map((target) => target.slice(1).replace(/\.js$/, ".ts"))];
  expect(probed.filter((path) => !existsSync(join(ROOT, "src", path)))).toEqual([]);
});

test.each(Object.entries(ALLOWED))("src/%s imports what it may, in no way anything else", (path, allowed) => {
  const up = path.includes("/") ? "../".repeat(path.split("/").length - 1) : "./";
  const written = (targets: string[]) => targets.flatMap((target) => statements(target.replace("~", up)));
  const lines = written(TARGETS);
  const refused = refusedLines(path, lines, "style/noRestrictedImports").map((line) => lines[line]);
  expect(refused).toEqual(written(TARGETS.filter((target) => !allowed.includes(target))));
});

test.each([
  ["board/x.ts", "style/noProcessEnv", 'export const secret = process.env["HOME"];'],
  ["board/x.ts", "suspicious/noConsole", 'console.log("not JSON-RPC");'],
  ["board/x.ts", "suspicious/noExplicitAny", "export const x: any = 1;"],
  ["board/x.ts", "nursery/noFloatingPromises", "Promise.resolve(1);"],
  ["board/x.ts", "style/useImportType", 'import { A } from "./a.js"; export type B = A;'],
])("src/%s breaks %s", (path, rule, line) => {
  expect(refusedLines(path, [line], rule)).toEqual([0]);
});

test("only src/config.ts reads the environment", () => {
  expect(refusedLines("config.ts", ["export const home = process.env.HOME;"], "style/noProcessEnv")).toEqual([]);
});
