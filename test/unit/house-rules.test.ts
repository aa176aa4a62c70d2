import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Node, type SourceFile, type Statement, SyntaxKind } from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "../support/repository.js";

/** Rules of AGENTS.md for every file of code. */

const FOLDERS = ["src", "test", "bench", "scripts"];
const CODE = /\.(ts|mts|mjs|js)$/;
const MOST_LINES = 300;

/** Says what to do about the lines that a failed test prints. */
const REPAIR = {
  long: `Split each by the question it answers: no file has more than ${MOST_LINES} lines.`,
  undocumented: "Write a docstring directly above each: what it does, units, bounds, the errors it throws.",
  shared: "An exported name means one thing: rename all but one, or import the one that exists.",
};

interface Export {
  /** Path in the repository. */
  file: string;
  line: number;
  name: string;
  documented: boolean;
}

let exported: Export[];

beforeAll(() => {
  const api = new API({ cwd: ROOT });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(ROOT, "tsconfig.json")] }).getProjects();
    if (!project) throw new Error("tsconfig.json was not loaded");
    exported = project.rootFiles.flatMap((path) => {
      const source = project.program.getSourceFile(path);
      if (!source) throw new Error(`${path} was not parsed`);
      return exportsOf(source, relative(ROOT, path));
    });
  } finally {
    api.close();
  }
});

/** What a file declares and exports. Re-exports, and default exports without a name, declare nothing. */
function exportsOf(source: SourceFile, file: string): Export[] {
  const found = source.statements.flatMap((statement) => {
    const line = source.text.slice(0, statement.getStart(source)).split("\n").length;
    const documented = hasDocstring(statement, source);
    return exportedNames(statement).map((name) => ({ file, line, name, documented }));
  });
  // Overloads of a function, or a schema and its type, are one thing: one docstring is enough.
  const documented = new Set(found.filter((each) => each.documented).map(({ name }) => name));
  const isFirst = ({ name }: Export, at: number) => found.findIndex((each) => each.name === name) === at;
  return found.filter(isFirst).map((each) => ({ ...each, documented: documented.has(each.name) }));
}

type Name = Node & { text?: string };

/** The parts of a declaration that the rules look at, whatever its kind. */
interface Declaration {
  modifiers?: readonly Node[] | undefined;
  name?: Name | undefined;
  declarationList?: { declarations: readonly { name: Name }[] };
  jsDoc?: readonly Node[] | undefined;
}

function exportedNames(statement: Statement & Declaration): string[] {
  if (!statement.modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword)) return [];
  const names = statement.declarationList?.declarations.map(({ name }) => name) ?? [statement.name];
  return names.flatMap((name) => name?.text ?? []);
}

/** Whether a comment that starts with two asterisks stands above a statement, without an empty line between. */
function hasDocstring(statement: Statement & Declaration, source: SourceFile): boolean {
  const docstring = statement.jsDoc?.at(-1);
  return docstring !== undefined && !/\n\s*\n/.test(source.text.slice(docstring.end, statement.getStart(source)));
}

/** The names that several files of src declare and export, with those files. */
function sharedNames(): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { name, file } of exported)
    if (file.startsWith("src/")) files.set(name, [...(files.get(name) ?? []), file]);
  return new Map([...files].filter(([, declaring]) => declaring.length > 1));
}

test(`no file of code has more than ${MOST_LINES} lines`, () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  ).filter((path) => CODE.test(path));
  const lines = (path: string) => readFileSync(join(ROOT, path), "utf8").trimEnd().split("\n").length;
  const long = files.map((path) => ({ path, lines: lines(path) })).filter((file) => file.lines > MOST_LINES);
  expect(files.length).toBeGreaterThan(100);
  expect(
    long.map((file) => `${file.path}: ${file.lines} lines`),
    REPAIR.long,
  ).toEqual([]);
});

test("every export has a docstring directly above it", () => {
  expect(exported.length).toBeGreaterThan(500);
  const wrong = exported.filter(({ documented }) => !documented);
  expect(
    wrong.map(({ file, line, name }) => `${file}:${line} ${name}`),
    REPAIR.undocumented,
  ).toEqual([]);
});

test("no two files of src export the same name for different things", () => {
  expect(
    [...sharedNames()].map(([name, files]) => `${name}: ${files.join(", ")}`),
    REPAIR.shared,
  ).toEqual([]);
});
