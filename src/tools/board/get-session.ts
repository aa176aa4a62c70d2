import { z } from "zod";
import { getSession, SESSION_PARTS } from "../../board/sessions/get.js";
import { defineTool, READS } from "../define.js";
import {
  activityRow,
  brief,
  cursor,
  freeForm,
  id,
  isoTime,
  limit,
  listRow,
  nextCursor,
  nullableText,
  sessionRow,
  warnings,
} from "../schema.js";

const record = sessionRow.extend({
  provider: nullableText,
  intent: nullableText,
  context_artifacts: freeForm,
  turn_count: z.number(),
  files_modified_count: z.number(),
  tags: z.array(z.string()),
  metadata: freeForm,
  created_at: isoTime,
  updated_at: isoTime,
});

export default defineTool({
  name: "board_get_session",
  title: "Get a session",
  description: "One session in full, with its latest activity and the tasks it touched; or one part of it, in pages.",
  annotations: READS,
  input: z.strictObject({ session_id: id, part: z.enum(SESSION_PARTS).optional(), limit, cursor }),
  output: record.partial().extend({
    id: z.string(),
    participants: z.array(freeForm).optional(),
    activity: z.array(listRow(activityRow)).optional(),
    tasks: z.array(brief).optional(),
    turns: z.array(freeForm).optional(),
    next_cursor: nextCursor.optional(),
    warnings: warnings.optional(),
  }),
  handler: getSession,
});
