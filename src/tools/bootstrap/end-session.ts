import { z } from "zod";
import { endAgentSession } from "../../board/agent-context/end-session.js";
import { LIMITS } from "../../board/model/limits.js";
import { CHANGES, defineTool } from "../define.js";
import { agentName, id, nullableText, requiredText, summary, writeInput } from "../schema.js";

const tokens = z.int().min(0).optional();
const figures = {
  context_hit_rate: z.number(),
  first_fetch_right: z.int(),
  total_deliveries: z.int(),
  tokens_saved: z.int(),
};

export default defineTool({
  name: "end_session",
  title: "End: keep what was learned",
  description: "End the session that session_init began: keeps summary as a memory for later agents and records usage.",
  annotations: { ...CHANGES, destructiveHint: false },
  input: writeInput({
    agent_id: agentName.describe("as in session_init"),
    session_id: id.optional(),
    task_id: id.optional(),
    summary: summary.optional().describe("what others should remember"),
    model: requiredText(LIMITS.title).optional(),
    provider: requiredText(LIMITS.agentName).optional(),
    input_tokens: tokens,
    output_tokens: tokens,
    cost_usd: z.number().min(0).max(1e9).optional(),
  }),
  output: z.object({
    session_id: z.string(),
    memory_id: nullableText,
    effectiveness_report: z.object({ ...figures, prev_7d: z.object(figures).nullable(), message: z.string() }),
  }),
  handler: endAgentSession,
});
