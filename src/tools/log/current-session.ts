import { z } from "zod";
import { currentSession } from "../../board/turn-log/current.js";
import { defineTool, READS } from "../define.js";
import { isoTime, nullableText, warnings } from "../schema.js";
import { historyRowSchema, session } from "./schema.js";

export default defineTool({
  name: "sessionlog_current_session",
  title: "Show the current session",
  description: "Show this connection's session, or the one named, and its open turn.",
  annotations: READS,
  input: z.strictObject(session),
  output: z.object({
    session: historyRowSchema.nullable(),
    turn: z
      .object({
        turnRequestId: z.string(),
        status: z.string(),
        queryTitle: nullableText,
        timestamp: isoTime,
        dialogCount: z.number(),
        actionCount: z.number(),
      })
      .nullable(),
    warnings: warnings.optional(),
  }),
  handler: currentSession,
});
