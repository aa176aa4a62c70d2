import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, readPage } from "../support/markdown.js";

/** A row of a table in a page: its cells by the headings of their columns. */
export type Row = Readonly<Record<string, string>>;

/** The rows of all tables of a page, each with the heading that its table stands under. */
function rowsOf(page: string): { heading: string; row: Row }[] {
  const found: { heading: string; row: Row }[] = [];
  let heading = "";
  let columns: string[] | null = null;
  for (const line of readPage(page).split("\n")) {
    const [, title] = line.match(/^#+ (.+)$/) ?? [];
    if (title !== undefined) heading = title;
    if (!line.startsWith("|")) {
      columns = null;
      continue;
    }
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("\\|", "|"));
    if (columns === null) columns = cells;
    else if (!cells.every((cell) => /^:?-+:?$/.test(cell)))
      found.push({ heading, row: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""])) });
  }
  return found;
}

/** The rows of those tables of a page that have these columns, the heading of each table beside them. */
export function rowsWith(page: string, ...columns: string[]): { heading: string; row: Row }[] {
  return rowsOf(page).filter(({ row }) => columns.every((column) => column in row));
}

/** The code spans of a cell. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
