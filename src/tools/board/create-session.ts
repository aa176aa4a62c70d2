import { z } from "zod";
import { SESSION_TYPES } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { createSession } from "../../board/sessions/create.js";
import { defineTool } from "../define.js";
import { agentName, handoff, id, metadata, nullableText, requiredText, writeInput } from "../schema.js";

const label = requiredText(LIMITS.title).optional();

export default defineTool({
  name: "board_create_session",
  title: "Start a session",
  description:
    "Start work on a project and get the handoff of the last session. Abandons the project's active session unless if_active says otherwise.",
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  alwaysLoad: true,
  input: writeInput({
    project_id: id,
    session_type: z.enum(SESSION_TYPES).default("solo"),
    metadata: metadata.optional(),
    agent_name: agentName.optional().describe("what you call yourself"),
    title: label,
    model: label,
    story_id: label,
    phase: label,
    if_active: z.enum(["abandon", "join", "reject"]).default("abandon").describe("what happens to the active session"),
  }),
  output: z.object({
    session_id: z.string(),
    agent_name: nullableText,
    abandoned_sessions: z.int(),
    joined: z.literal(true).optional(),
    handoff,
    message: z.string(),
  }),
  handler: createSession,
  heartbeat: (_, { session_id }) => ({ session_id, opened: true }),
  takesPart: true,
  project: { argument: "project_id", fill: "always" },
});
