import { z } from "zod";
import { beginTurn } from "../../board/turn-log/begin.js";
import { ADDS, defineTool } from "../define.js";
import { title, writeInput } from "../schema.js";
import { longText, newId, session } from "./schema.js";

export default defineTool({
  name: "sessionlog_begin_turn",
  title: "Begin a turn",
  description: "Begin a turn before working on a user's request; requestId is req-<yyyyMMddTHHmmssZ>-<slug>.",
  annotations: ADDS,
  input: writeInput({ ...session, requestId: newId, queryTitle: title, queryText: longText }),
  output: z.object({ turnRequestId: z.string(), status: z.literal("in_progress"), timestamp: z.string() }),
  handler: beginTurn,
});
