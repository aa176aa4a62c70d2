import { z } from "zod";
import { getHandoff } from "../../board/handoff/get.js";
import { HANDOFF_TOKENS } from "../../board/model/limits.js";
import { defineTool, READS } from "../define.js";
import { handoff, id } from "../schema.js";

export default defineTool({
  name: "board_get_handoff",
  title: "Read the handoff",
  description: "The project's handoff without starting a session: last notes, open tasks, recent activity.",
  annotations: READS,
  input: z.strictObject({
    project_id: id,
    max_tokens: z.int().min(HANDOFF_TOKENS.min).max(HANDOFF_TOKENS.max).default(HANDOFF_TOKENS.default),
    since: z
      .union([id, z.iso.datetime({ offset: true })])
      .optional()
      .describe("session id or ISO time: only what changed after"),
  }),
  output: handoff,
  handler: getHandoff,
  project: { argument: "project_id", fill: "always" },
});
