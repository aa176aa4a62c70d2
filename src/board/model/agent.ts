import { z } from "zod";
import { moment, type Stored, text } from "./fields.js";

/** What is known of an agent in a project: who it is, what it is about, and which tools it saw last. */
export const agentDocument = z.object({
  agent_id: z.string().default(""),
  project_id: text,
  intent: text,
  model: text,
  provider: text,
  tools_hash: text,
  last_seen_at: moment,
});
export type Agent = Stored<z.output<typeof agentDocument>>;
