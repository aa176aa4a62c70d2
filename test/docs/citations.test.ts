import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { PAGES, prose, ROOT } from "../support/markdown.js";
import { textOf } from "./tables.js";

const filesIn = (folder: string, ends: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => ends.test(path))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`);

const SKILLS = filesIn("skills", /\.md$/);
const CODE = ["src", "test", "bench", "scripts"].flatMap((folder) => filesIn(folder, /\.m?ts$|\.mjs$/));

const isThere = (path: string): boolean => existsSync(join(ROOT, path));
const headings = (page: string): string[] => [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) => text);

/** GitHub's anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

describe.each([...PAGES, ...SKILLS])("%s", (page) => {
  test("its links within the repository lead somewhere", () => {
    const links = [...prose(textOf(page)).matchAll(/\]\((?!https?:)(?<path>[^)#]*)(#(?<anchor>[^)]*))?\)/g)];
    const broken = links.flatMap(({ 0: link, groups = {} }) => {
      const target = groups.path ? join(dirname(page), groups.path) : page;
      if (!isThere(target)) return [link];
      return groups.anchor && !headings(target).map(anchor).includes(groups.anchor) ? [link] : [];
    });
    expect(broken).toEqual([]);
  });

  test("the files that it names exist", () => {
    const named = textOf(page)
      .replaceAll(/^ *```.*?^ *```$/gms, "")
      .matchAll(/`((?:src|test|bench|scripts|docs|skills)\/[\w./-]+)`/g);
    expect([...named].map(([, path = ""]) => path).filter((path) => !isThere(path))).toEqual([]);
  });
});

/** A place where code cites a page of the documentation, with what follows: sections, and a name after a comma. */
interface Citation {
  file: string;
  page: string;
  sections: string[];
  /** A tool, method or term that the section is to speak of. */
  name: string | undefined;
}

/** Comments run on over the ends of their lines. */
const running = (code: string): string => code.replaceAll(/\s*\n\s*(?:\*|\/\/)\s*/g, " ");

const CITATION =
  /\bdocs\/([a-z-]+\.md)(?: (\d+(?:\.\d+)?)(?:-(\d+))?(?:, ("[^"]+"|[a-z]+(?:_[a-z]+)+|[a-z]+[A-Z][A-Za-z]*))?)?/g;

const CITATIONS: Citation[] = CODE.flatMap((file) =>
  [...running(textOf(file)).matchAll(CITATION)].map(([, page = "", from, to, name]) => ({
    file,
    page: `docs/${page}`,
    sections: [from, to].filter((section) => section !== undefined),
    name: name?.replaceAll('"', ""),
  })),
);

/** The text of a numbered section, those below it included; undefined when the page has none of this number. */
function sectionOf(page: string, number: string): string | undefined {
  const start = new RegExp(`^(#+) ${number.replaceAll(".", "\\.")}\\.? .*$`, "m").exec(textOf(page));
  if (!start) return undefined;
  const behind = textOf(page).slice(start.index + start[0].length);
  return behind.split(new RegExp(`^#{1,${start[1]?.length}} `, "m"))[0];
}

describe("code", () => {
  test("cites pages and sections that exist", () => {
    expect(CITATIONS.filter(({ page }) => page === "docs/contracts.md").length).toBeGreaterThan(50);
    const lost = CITATIONS.filter(
      ({ page, sections }) => !isThere(page) || sections.some((section) => sectionOf(page, section) === undefined),
    );
    expect(lost).toEqual([]);
  });

  test("cites sections that speak of what it names", () => {
    const silent = CITATIONS.filter(
      ({ page, sections: [section], name }) =>
        section !== undefined && name !== undefined && !sectionOf(page, section)?.includes(name),
    );
    expect(silent).toEqual([]);
  });

  test("cites nothing outside of the repository", () => {
    const outside = /(?<!docs\/)\bcontracts\.md|\barchitecture(?:\.md|: ")|\.\.\/shared\b/;
    expect([...CODE, ...PAGES, ...SKILLS].filter((file) => outside.test(linksGone(file)))).toEqual([]);
  });
});

/** The text of a file; in a page without its links, which are relative to it. */
function linksGone(file: string): string {
  return file.endsWith(".md") ? textOf(file).replaceAll(/\[[^\]]*\]\([^)]*\)/g, "") : textOf(file);
}
