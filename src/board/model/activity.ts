import { z } from "zod";
import { map, moment, type Stored, text } from "./fields.js";

/** An entry of the activity log as stored (contracts.md 1). */
export const activityDocument = z.object({
  project_id: text,
  task_id: text,
  session_id: text,
  agent_name: z.string().default("system"),
  action: z.string().default("updated"),
  details: text,
  metadata: map,
  call_id: text,
  created_at: moment,
});
export type Activity = Stored<z.output<typeof activityDocument>>;
