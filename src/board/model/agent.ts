import { z } from "zod";
import { optionalText, optionalTimestamp } from "./fields.js";

/** What is known of an agent in a project: who it is, what it is about, and which tools it saw last. */
export const agentDocument = z.object({
  agent_id: z.string().default(""),
  project_id: optionalText,
  intent: optionalText,
  model: optionalText,
  provider: optionalText,
  tools_hash: optionalText,
  last_seen_at: optionalTimestamp,
});
