import { z } from "zod";
import { LIMITS } from "../../board/model/limits.js";
import { openSession } from "../../board/turn-log/open.js";
import { ADDS, defineTool } from "../define.js";
import { requiredText, title, writeInput } from "../schema.js";
import { agent, newId } from "./schema.js";

export default defineTool({
  name: "sessionlog_open_session",
  title: "Open a logged session",
  description:
    "Open a session of the turn log under your id, <Agent>-<yyyyMMddTHHmmssZ>-<suffix>; this connection then works on it.",
  annotations: ADDS,
  input: writeInput({ agent, sessionId: newId, title, model: requiredText(LIMITS.title).default("unknown") }),
  output: z.object({ sessionId: z.string(), started: z.string() }),
  handler: openSession,
  heartbeat: (_, { sessionId }) => ({ session_id: sessionId, opened: true }),
});
