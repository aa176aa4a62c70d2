import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { fences, PAGES, prose, ROOT, readPage } from "../support/markdown.js";

/** GitHub's anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function anchors(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading));
}

describe.each(PAGES)("%s", (page) => {
  test("its links within the repository lead somewhere", () => {
    const links = [...prose(readPage(page)).matchAll(/\]\((?!https?:)(?<path>[^)#]*)(#(?<anchor>[^)]*))?\)/g)];
    const broken = links.flatMap(({ 0: link, groups = {} }) => {
      const target = groups.path ? join(dirname(page), groups.path) : page;
      if (!existsSync(join(ROOT, target))) return [link];
      return groups.anchor && !anchors(target).includes(groups.anchor) ? [link] : [];
    });
    expect(broken).toEqual([]);
  });

  test("its JSON parses", () => {
    const broken = fences(readPage(page), "json").filter((json) => !isJson(json));
    expect(broken).toEqual([]);
  });
});

test("the README shows configuration as JSON", () => {
  expect(fences(readPage("README.md"), "json").length).toBeGreaterThanOrEqual(3);
});
