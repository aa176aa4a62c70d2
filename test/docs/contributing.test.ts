import { expect, test } from "vitest";
import { codeIn, rowsWith, textOf } from "./tables.js";

test("lists every lane once", () => {
  const [, lanes = ""] = textOf("vitest.config.ts").match(/^const LANES: Lane\[\] = \[(.*?)^\];/ms) ?? [];
  const names = [...lanes.matchAll(/\bname: "([a-z0-9-]+)"/g)].map(([, name]) => name);
  const listed = rowsWith("docs/contributing.md", "Lane", "Tests in").map(({ row }) => codeIn(row.Lane ?? "")[0]);
  expect(names.length).toBeGreaterThan(5);
  expect(listed.toSorted()).toEqual(names.toSorted());
});
