import { readdirSync, readFileSync } from "node:fs";
import { ROOT } from "./repository.js";

export { ROOT };

/** Every page of the documentation, as paths in the repository. */
export const PAGES = [
  "README.md",
  "AGENTS.md",
  "CHANGELOG.md",
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(ROOT + page, "utf8");
}

/** The fenced blocks of a language, without their indentation. */
export function fences(text: string, language: string): string[] {
  const blocks = text.matchAll(/^(?<indent> *)```(?<language>\w+)\n(?<body>.*?)^\k<indent>```$/gms);
  return [...blocks].flatMap(({ groups = {} }) =>
    groups.language === language ? [(groups.body ?? "").replaceAll(new RegExp(`^${groups.indent}`, "gm"), "")] : [],
  );
}

/** The text without its fenced blocks and code spans, in which brackets are no links. */
export function prose(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
}
