import { z } from "zod";
import { listActivity } from "../../board/activity/list.js";
import { LIMITS } from "../../board/model/limits.js";
import { defineTool, READS } from "../define.js";
import { activityRow, agentName, boundedText, cursor, id, limit, listRow, nextCursor, warnings } from "../schema.js";

export default defineTool({
  name: "board_get_activity",
  title: "Read the activity log",
  description: "The activity log, newest first, by any combination of filters.",
  annotations: READS,
  input: z.strictObject({
    project_id: id.optional(),
    task_id: id.optional(),
    session_id: id.optional(),
    agent_name: agentName.optional(),
    action: boundedText(LIMITS.action).optional(),
    limit,
    cursor,
  }),
  output: z.object({
    entries: z.array(listRow(activityRow)),
    next_cursor: nextCursor,
    warnings: warnings.optional(),
  }),
  handler: listActivity,
  project: { argument: "project_id", fill: "without_task" },
});
