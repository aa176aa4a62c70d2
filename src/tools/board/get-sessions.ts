import { z } from "zod";
import { SESSION_STATUSES } from "../../board/model/enums.js";
import { listSessions } from "../../board/sessions/list.js";
import { defineTool, READS } from "../define.js";
import { agentName, cursor, id, limit, nextCursor, sessionRow, warnings } from "../schema.js";

export default defineTool({
  name: "board_get_sessions",
  title: "List sessions",
  description: "Session history, newest first, with summaries and tokens. stale: active but silent for 30 minutes.",
  annotations: READS,
  input: z.strictObject({
    project_id: id.optional(),
    status: z.enum(SESSION_STATUSES).optional(),
    agent_name: agentName.optional(),
    limit,
    cursor,
  }),
  output: z.object({ sessions: z.array(sessionRow), next_cursor: nextCursor, warnings: warnings.optional() }),
  handler: listSessions,
});
