import { z } from "zod";
import { optionalText, optionalTimestamp } from "./fields.js";

/** One session_init as it was answered to a named agent: what the effectiveness report is computed from. */
export const deliveryDocument = z.object({
  agent_id: z.string().default(""),
  project_id: optionalText,
  session_id: optionalText,
  scope: z.string().default("standard"),
  /** The tasks that were shown. */
  task_ids: z.array(z.string()).default([]),
  /** Estimated tokens of sections that were skipped because the agent had them. */
  tokens_saved: z.number().default(0),
  created_at: optionalTimestamp,
});
