import { describe, expect, test } from "vitest";
import { fences, PAGES, readPage } from "../support/markdown.js";
import { codeIn, rowsWith, textOf } from "./tables.js";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe.each(PAGES)("%s", (page) => {
  test("its JSON parses", () => {
    const broken = fences(readPage(page), "json").filter((json) => !isJson(json));
    expect(broken).toEqual([]);
  });
});

test.each(["README.md", "docs/configuration.md", "docs/cloud.md"])("%s shows configuration as JSON", (page) => {
  expect(fences(readPage(page), "json")).not.toEqual([]);
});

test("contributing.md lists every lane once", () => {
  const [, lanes = ""] = textOf("vitest.config.ts").match(/^const LANES: Lane\[\] = \[(.*?)^\];/ms) ?? [];
  const names = [...lanes.matchAll(/\bname: "([a-z0-9-]+)"/g)].map(([, name]) => name);
  const listed = rowsWith("docs/contributing.md", "Lane", "Tests in").map(({ row }) => codeIn(row.Lane ?? "")[0]);
  expect(names.length).toBeGreaterThan(5);
  expect(listed.toSorted()).toEqual(names.toSorted());
});
