import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, readPage } from "../support/markdown.js";

const AGENTS = readPage("AGENTS.md");
const [, section = ""] = AGENTS.match(/^## Invariants\n(.*?)^## /ms) ?? [];
const INVARIANTS = section.split(/^(?=\d+\. )/m).slice(1);

/** The tests that an invariant names, as [file, name]; a file may be followed by several names. */
function proofs(invariant: string): [file: string, name: string][] {
  const files = invariant.matchAll(/`(?<file>test\/[^`]+\.test\.ts)`:(?<names>(?:\s+"[^"]+",?)+)/g);
  return [...files].flatMap(({ groups = {} }) =>
    [...(groups.names ?? "").matchAll(/"([^"]+)"/g)].map(([, name = ""]): [string, string] => [
      groups.file ?? "",
      name,
    ]),
  );
}

function escaped(words: string): string {
  return words.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Whether a file has a test or a group whose name contains these words: a literal that opens an argument list. */
function declares(file: string, words: string): boolean {
  const path = join(ROOT, file);
  if (!existsSync(path)) return false;
  const literal = new RegExp(`(?:\\(|^\\s*)(["'\`])[^\\n]*${escaped(words)}[^\\n]*\\1,`, "m");
  return literal.test(readFileSync(path, "utf8"));
}

test("the invariants are numbered one after the other", () => {
  const numbers = INVARIANTS.map((text) => Number.parseInt(text, 10));
  expect(numbers.length).toBeGreaterThanOrEqual(15);
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
});

describe.each(INVARIANTS.map((text) => [text.split("\n")[0] ?? "", text]))("%s", (_, invariant) => {
  test("names tests that exist", () => {
    const named = proofs(invariant);
    expect(named).not.toEqual([]);
    expect(named.filter(([file, name]) => !declares(file, name))).toEqual([]);
  });
});

test("the folders and files that are named exist", () => {
  const paths = [...AGENTS.matchAll(/`((?:src|test|bench|scripts|\.ci)\/?[\w./-]*)`/g)].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(20);
  const inTest = (path: string) => [path, `src/${path}`, `test/${path}`];
  expect(paths.filter((path) => !inTest(path).some((candidate) => existsSync(join(ROOT, candidate))))).toEqual([]);
});
