import { z } from "zod";
import { getHandoff } from "../../board/handoff/get.js";
import { DATE, SINCE_FORM } from "../../board/handoff/since.js";
import { HANDOFF_TOKENS } from "../../board/model/limits.js";
import { defineTool, READS } from "../define.js";
import { handoff, id } from "../schema.js";

const time = z.iso.datetime({ offset: true });

/** A text of a date's form is a date, though a session might be called so. */
function isSince(text: string): boolean {
  if (DATE.test(text)) return z.iso.date().safeParse(text).success;
  return time.safeParse(text).success || id.safeParse(text).success;
}

export default defineTool({
  name: "board_get_handoff",
  title: "Read the handoff",
  description: "The project's handoff without starting a session: last notes, open tasks, recent activity.",
  annotations: READS,
  input: z.strictObject({
    project_id: id,
    max_tokens: z.int().min(HANDOFF_TOKENS.min).max(HANDOFF_TOKENS.max).default(HANDOFF_TOKENS.default),
    since: z
      .string()
      .refine(isSince, SINCE_FORM)
      .optional()
      .describe("session id, date or ISO time: only what changed after"),
  }),
  output: handoff,
  handler: getHandoff,
  project: { argument: "project_id", fill: "always" },
});
