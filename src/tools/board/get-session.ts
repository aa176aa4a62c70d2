import { z } from "zod";
import { getSession } from "../../board/sessions/get.js";
import { defineTool, READS } from "../define.js";
import { activityRow, brief, freeForm, id, isoTime, nullableText, sessionRow, warnings } from "../schema.js";

export default defineTool({
  name: "board_get_session",
  title: "Get a session",
  description: "One session in full, with its latest activity and the tasks it touched.",
  annotations: READS,
  input: z.strictObject({ session_id: id }),
  output: sessionRow.extend({
    provider: nullableText,
    intent: nullableText,
    context_artifacts: freeForm,
    turn_count: z.number(),
    files_modified_count: z.number(),
    tags: z.array(z.string()),
    metadata: freeForm,
    created_at: isoTime,
    updated_at: isoTime,
    activity: z.array(activityRow),
    tasks: z.array(brief),
    warnings: warnings.optional(),
  }),
  handler: (call, { session_id }) => getSession(call, session_id),
});
