import { completeContextSession } from "../../board/telemetry/complete.js";
import { defineTool } from "../define.js";
import { writeInput } from "../schema.js";
import { leader, rowOrNone, sessionId, storableTime, tokens } from "./schema.js";

export default defineTool({
  name: "sessionComplete",
  title: "Complete a context session",
  description:
    "End the session that you opened as its leader; token counts, if given, are set. Workers never call this.",
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  input: writeInput({ sessionId, endedAt: storableTime.optional(), ...tokens, agentName: leader.optional() }),
  output: rowOrNone,
  handler: completeContextSession,
  degraded: ({ reason }) => ({ session: null, reason }),
});
