import { createContextSession } from "../../board/telemetry/create.js";
import { ADDS, defineTool } from "../define.js";
import { id, writeInput } from "../schema.js";
import { createdBlock } from "./blocks.js";
import { label, leader, newSessionId, rowOrNone, storableTime, tokens } from "./schema.js";

export default defineTool({
  name: "sessionCreate",
  title: "Open a context session",
  description: "Open a session that counts the tokens of a leader and its workers. Never fails your work: see reason.",
  annotations: ADDS,
  input: writeInput({
    agentName: leader,
    sessionId: newSessionId.optional().describe("a UUID of your choice"),
    storyId: label.nullish(),
    phase: label.nullish(),
    inputTokens: tokens.inputTokens.unwrap().default(0),
    outputTokens: tokens.outputTokens.unwrap().default(0),
    cachedTokens: tokens.cachedTokens.unwrap().default(0),
    startedAt: storableTime.optional(),
    projectId: id.nullish(),
  }),
  output: rowOrNone,
  handler: createContextSession,
  heartbeat: (_, { sessionId }) => ({ session_id: sessionId, opened: true }),
  project: { argument: "projectId", fill: "always" },
  degraded: ({ reason }) => ({ session: null, reason }),
  text: createdBlock,
});
