/**
 * Keeps the generated parts of the documentation in step with the code: what stands between `<!-- generated:NAME -->` and
 * `<!-- /generated:NAME -->` is made again from the build (`npm run docs`).
 *
 *   node scripts/docs.mjs [--check] [FILE...]
 *
 * With --check it writes nothing and fails when a part is stale. Without files: all of them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PARTS } from "./docs/parts.mjs";

const PAGES = ["README.md", "docs/configuration.md", "docs/tools.md", "docs/data-model.md"];
const { values, positionals } = parseArgs({ options: { check: { type: "boolean" } }, allowPositionals: true });
const files = positionals.length > 0 ? positionals : PAGES.map(inRepository);

for (const file of files) {
  const text = readFileSync(file, "utf8");
  const fresh = fillParts(text);
  const name = relative(process.cwd(), file);
  if (fresh === text) continue;
  if (values.check) {
    process.stderr.write(`${name} is stale: run npm run docs\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, fresh);
    process.stdout.write(`${name}: made again\n`);
  }
}

/** @param {string} text */
function fillParts(text) {
  return text.replaceAll(
    /(?<=<!-- generated:(?<name>[a-z-]+) -->\n).*?(?=<!-- \/generated:\k<name> -->)/gs,
    (_, /** @type {string} */ name) => {
      const part = PARTS[name];
      if (!part) throw new Error(`nothing generates the part ${name}`);
      return `\n${part()}\n\n`;
    },
  );
}

/** @param {string} path */
function inRepository(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
