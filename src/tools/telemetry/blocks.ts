import type { z } from "zod";
import type { rowOrNone } from "./schema.js";

/** What stands for a value that there is none of. */
const NONE = "—";

/**
 * The block that a leader passes on, or the warning that it goes on without a session (session-create document).
 * Readers match /SESSION CREATED\n\s+session_id:\s+([0-9a-f-]{36})/: the id comes first, and a name cannot begin a
 * line.
 */
export function createdBlock({ sessionId, agentName, storyId, phase }: z.output<typeof rowOrNone>): string {
  if (sessionId === undefined) return `SESSION UNAVAILABLE ${NONE} continuing without session tracking`;
  const lines = [
    ["session_id", sessionId],
    ["agent", agentName],
    ["story_id", storyId],
    ["phase", phase],
  ].map(([name, value]) => `  ${name}: ${oneLine(value ?? NONE)}`);
  return ["SESSION CREATED", ...lines].join("\n");
}

/** Text on one line: every run of white space, line ends of any kind among it, is one blank. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ");
}
