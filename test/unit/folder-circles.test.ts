import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/* Folders that need each other cannot be read one after the other. Circles between files are Biome's (noImportCycles). */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Folders whose own folders form no circle, with the files in them that everything may import. */
const WITHOUT_CIRCLES = [
  { folder: "src", shared: ["config.ts", "log.ts", "zod-messages.ts", "time-range.ts", "words.ts"] },
  { folder: "src/board", shared: [] },
  { folder: "src/embedded", shared: ["errors.ts"] },
];

/** An import of one file by another, as paths from the root of the repository. */
interface Import {
  from: string;
  to: string;
}

/** Static, dynamic and type imports, and what is exported from elsewhere, as far as they are relative. */
const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g;

function importsOf(from: string, text: string): Import[] {
  return [...text.matchAll(IMPORTED)].map(([, target = ""]) => ({
    from,
    to: join(dirname(from), target).replace(/\.js$/, ".ts"),
  }));
}

/**
 * The imports that close a circle between the folders directly below `folder`, whose own files count as one folder more.
 * Files that are `shared` do not count. The rarest direction comes first: it is most likely the one to undo.
 */
function circlesOf(imports: readonly Import[], folder: string, shared: readonly string[]): string[] {
  const sharedFiles = new Set(shared.map((file) => `${folder}/${file}`));
  const folderOf = (file: string): string => {
    const [first = "", ...below] = file.slice(folder.length + 1).split("/");
    return below.length > 0 ? first : ".";
  };
  const between = imports
    .filter(({ from, to }) => [from, to].every((file) => file.startsWith(`${folder}/`) && !sharedFiles.has(file)))
    .map((one) => ({ ...one, importer: folderOf(one.from), imported: folderOf(one.to) }))
    .filter(({ importer, imported }) => importer !== imported);

  const reaches = (start: string, goal: string): boolean => {
    const seen = new Set([start]);
    for (const one of seen) for (const { importer, imported } of between) if (importer === one) seen.add(imported);
    return seen.has(goal);
  };
  const alike = (a: (typeof between)[number]): number =>
    between.filter(({ importer, imported }) => importer === a.importer && imported === a.imported).length;
  return between
    .filter(({ importer, imported }) => reaches(imported, importer))
    .sort((a, b) => alike(a) - alike(b))
    .map(({ from, to }) => `${from} imports ${to}`);
}

test("a circle is reported by the imports that close it", () => {
  const imports = [
    ...importsOf("src/x/a/one.ts", 'import type { B } from "../b/two.js";\nimport { E } from "../errors.js";'),
    ...importsOf("src/x/a/other.ts", 'import { B } from "../b/two.js";'),
    ...importsOf("src/x/b/two.ts", 'export {\n  C,\n} from "../c/deep/three.js";'),
    ...importsOf("src/x/c/deep/three.ts", 'const a = await import("../../a/one.js");\nimport "../../d/four.js";'),
    ...importsOf("src/x/index.ts", 'import { A } from "./a/one.js";\nimport { readFileSync } from "node:fs";'),
    ...importsOf("src/x/errors.ts", 'import type { D } from "./d/four.js";'),
    ...importsOf("src/x/d/four.ts", 'import { E } from "../errors.js";\nimport { Y } from "../../y/five.js";'),
  ];
  expect(circlesOf(imports, "src/x", ["errors.ts"])).toEqual([
    "src/x/b/two.ts imports src/x/c/deep/three.ts",
    "src/x/c/deep/three.ts imports src/x/a/one.ts",
    "src/x/a/one.ts imports src/x/b/two.ts",
    "src/x/a/other.ts imports src/x/b/two.ts",
  ]);
});

test.each(WITHOUT_CIRCLES)("the folders of $folder form no circle", ({ folder, shared }) => {
  const below = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  const files = below.filter((file) => file.endsWith(".ts")).map((file) => `${folder}/${file}`);
  const imports = files.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), "utf8")));
  expect(imports.length).toBeGreaterThan(files.length);
  expect(circlesOf(imports, folder, shared)).toEqual([]);
});
