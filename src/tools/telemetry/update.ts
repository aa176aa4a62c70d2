import { z } from "zod";
import { updateTokens } from "../../board/telemetry/update.js";
import { ADDS, defineTool } from "../define.js";
import { writeInput } from "../schema.js";
import { rowOrNone, sessionId, tokens } from "./schema.js";

export default defineTool({
  name: "sessionUpdate",
  title: "Report tokens",
  description:
    "Add tokens to an active session (incremental, safe for workers at the same time) or set them (absolute).",
  annotations: { ...ADDS, destructiveHint: true },
  input: writeInput({ sessionId, mode: z.enum(["incremental", "absolute"]).default("incremental"), ...tokens }),
  output: rowOrNone,
  handler: updateTokens,
  degraded: ({ reason }) => ({ session: null, reason }),
});
