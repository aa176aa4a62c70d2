import { expect, test } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { codeIn, rowsWith, textOf } from "./tables.js";

const PAGE = "docs/contracts.md";

/** The strings of a union of string literals that a file declares. */
function unionIn(file: string, name: string): string[] {
  const [, union = ""] = textOf(file).match(new RegExp(`export type ${name} =([^;]*);`)) ?? [];
  return [...union.matchAll(/"([a-z_]+)"/g)].map(([, word = ""]) => word);
}

test("lists every error code once", () => {
  const codes = unionIn("src/board/core/errors.ts", "ErrorCode");
  const listed = rowsWith(PAGE, "Code", "When").map(({ row }) => codeIn(row.Code ?? "")[0]);
  expect(codes.length).toBeGreaterThan(20);
  expect(listed.toSorted()).toEqual(codes.toSorted());
});

test("names the codes that only the REPL has", () => {
  const codes = unionIn("src/commands/repl/envelope.ts", "ReplErrorCode");
  expect(codes.length).toBeGreaterThan(2);
  for (const code of codes) expect(textOf(PAGE)).toContain(`\`${code}\``);
});

test("says of every tool what it promises", () => {
  // The turn log's tools are named as the methods of the REPL.
  const named = TOOLS.map(({ name }) =>
    name
      .replace(/^sessionlog_/, "")
      .replaceAll(/_([a-z])/g, (all, letter: string) => (name.startsWith("sessionlog_") ? letter.toUpperCase() : all)),
  );
  expect(named.filter((name) => !textOf(PAGE).includes(`\`${name}\``))).toEqual([]);
});
