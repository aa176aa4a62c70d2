import type { BoardError } from "../board/core/errors.js";
import { TOOLS } from "../tools/index.js";

const NAMES: ReadonlySet<string> = new Set(TOOLS.map(({ name }) => name));

/** The hint of a refusal without the sentences that name a tool which this server does not offer. */
export function offeredHint({ hint }: BoardError, offered: ReadonlySet<string>): string {
  const isOffered = (sentence: string) =>
    (sentence.match(/\w+/g) ?? []).every((word) => !NAMES.has(word) || offered.has(word));
  const sentences = hint.split(/(?<=[.?!])\s+/).filter(isOffered);
  return sentences.join(" ") || "This server offers no call that repairs it.";
}
