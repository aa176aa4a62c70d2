import { z } from "zod";
import { logActivity } from "../../board/activity/log.js";
import { BOARD_ACTIONS, LOG_ACTION } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { ADDS, defineTool, named } from "../define.js";
import { agentName, boundedText, id, metadata, warnings, writeInput } from "../schema.js";

export default defineTool({
  name: "board_log_activity",
  title: "Log activity",
  description: "Log a decision, finding or comment on a task, session or project.",
  annotations: ADDS,
  input: writeInput({
    agent_name: agentName,
    action: z
      .string()
      .refine((action) => LOG_ACTION.test(action), "must be a word of a-z, 0-9 and _, at most 40 characters")
      .describe(`${BOARD_ACTIONS.join(", ")}, or your own snake_case word`),
    details: boundedText(LIMITS.details).optional().describe("needed for commented"),
    task_id: id.optional(),
    session_id: id.optional(),
    project_id: id.optional(),
    metadata: metadata.optional(),
  }),
  output: z.object({ id: z.string(), action: z.string(), message: z.string(), warnings: warnings.optional() }),
  handler: logActivity,
  heartbeat: named,
  project: { argument: "project_id", fill: "without_task" },
});
