import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Every page of the documentation, as paths in the repository. */
export const PAGES = [
  "README.md",
  "AGENTS.md",
  "CHANGELOG.md",
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

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

/** The text without its fenced blocks and code spans, where brackets are not links. */
export function prose(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
}
