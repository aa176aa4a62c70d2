import { z } from "zod";
import { closeSession } from "../../board/turn-log/close.js";
import { CHANGES, defineTool } from "../define.js";
import { writeInput } from "../schema.js";
import { session } from "./schema.js";

export default defineTool({
  name: "sessionlog_close_session",
  title: "Close a logged session",
  description: "End a session that sessionlog_open_session opened, once its last turn has ended.",
  annotations: { ...CHANGES, idempotentHint: false },
  input: writeInput(session),
  output: z.object({ sessionId: z.string(), status: z.literal("completed"), ended: z.string() }),
  handler: closeSession,
});
