import { readFileSync } from "node:fs";

const file = new URL("../../package.json", import.meta.url);

/** This package's version. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
