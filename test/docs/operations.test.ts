import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../support/markdown.js";
import { codeIn, rowsWith, textOf } from "./tables.js";

const PAGE = "docs/operations.md";

const SOURCES = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => `src/${path.replaceAll("\\", "/")}`);

test("lists every log event, and no other", () => {
  const logged = SOURCES.flatMap((path) => [
    ...textOf(path).matchAll(/\b(?:log|stderrLog)\(\s*[^(){}]*"(?:info|warn|error)",\s*"([a-z_]+)"/g),
  ]).map(([, event]) => event);
  const listed = rowsWith(PAGE, "Event", "Level").map(({ row }) => codeIn(row.Event ?? "")[0]);
  expect(logged.length).toBeGreaterThan(10);
  expect(new Set(listed)).toEqual(new Set(logged));
});

const SET = rowsWith(PAGE, "Value", "Set in").map(({ row }) => {
  const [name = "", path = ""] = codeIn(row["Set in"] ?? "");
  return { what: row.What ?? row.Limit ?? "", value: row.Value ?? "", name, path };
});

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  days: 24 * 60 * 60_000,
  KiB: 1_024,
  MiB: 1_024 ** 2,
  Mi: 1_024 ** 2,
};

/** The numbers of a cell, each as it stands and in milliseconds, bytes or parts of one where it has a unit. */
function numbersOf(cell: string): number[][] {
  return [...cell.matchAll(/(\d[\d,]*)(?: (ms|s|min|days|%|KiB|MiB|Mi)(?![A-Za-z]))?/g)].map(
    ([, digits = "", unit]) => {
      const number = Number(digits.replaceAll(",", ""));
      if (unit === "%") return [number, number / 100];
      return unit === undefined ? [number] : [number, number * (UNITS[unit] ?? 1)];
    },
  );
}

/** The numbers that a source has close behind a name, products worked out. */
function numbersBehind(source: string, name: string): number[] {
  const escaped = name.replaceAll(".", "\\.");
  const places = [...source.matchAll(new RegExp(`(?<![\\w.])${escaped}(?!\\w)`, "g"))];
  return places.flatMap(({ index }) => {
    const behind = source.slice(index + name.length, index + 350);
    return [...behind.matchAll(/\d[\d_.]*(?: \* \d[\d_]*)*/g)].map(([product]) =>
      product.split(" * ").reduce((result, factor) => result * Number(factor.replaceAll("_", "")), 1),
    );
  });
}

describe("what is said to be set in a file", () => {
  test.each(SET.map((row) => [row.what, row] as const))("%s", (_, { value, name, path }) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
    const source = textOf(path);
    expect(source).toContain(name);
    const there = numbersBehind(source, name);
    const absent = numbersOf(value).filter((forms) => !forms.some((number) => there.includes(number)));
    expect(absent).toEqual([]);
  });
});

test("the deadlines are all that the code has", () => {
  const constants = SOURCES.flatMap((path) =>
    [...textOf(path).matchAll(/^(?:export )?const ([A-Z_]+_(?:MS|SECONDS|MINUTES|HOURS|DAYS)) =/gm)].map(
      ([, name]) => `${name} in ${path}`,
    ),
  );
  const listed = SET.map(({ name, path }) => `${name} in ${path}`);
  expect(constants.length).toBeGreaterThan(15);
  expect(constants.filter((constant) => !listed.includes(constant))).toEqual([]);
});
