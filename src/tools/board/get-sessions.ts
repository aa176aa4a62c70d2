import { z } from "zod";
import { SESSION_STATUSES } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { listSessions } from "../../board/sessions/list.js";
import { defineTool, READS } from "../define.js";
import { agentName, cursor, id, limit, listRow, nextCursor, requiredText, sessionRow, warnings } from "../schema.js";

export default defineTool({
  name: "board_get_sessions",
  title: "List sessions",
  description:
    "Session history, newest first, with summaries and tokens; totals sums all that match. stale: active but silent for 30 minutes.",
  annotations: READS,
  input: z.strictObject({
    project_id: id.optional(),
    status: z.enum(SESSION_STATUSES).optional(),
    agent_name: agentName.optional(),
    story_id: requiredText(LIMITS.title).optional(),
    limit,
    cursor,
  }),
  output: z.object({
    sessions: z.array(listRow(sessionRow)),
    next_cursor: nextCursor,
    totals: z.object({
      input_tokens: z.number(),
      output_tokens: z.number(),
      cached_tokens: z.number(),
      cost_usd: z.number(),
    }),
    warnings: warnings.optional(),
  }),
  handler: listSessions,
  project: { argument: "project_id", fill: "always" },
});
