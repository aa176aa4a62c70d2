import { z } from "zod";
import { freeFormMap, optionalText, optionalTimestamp, type Stored } from "./fields.js";

/** An entry of the activity log as stored (docs/contracts.md 1). */
export const activityDocument = z.object({
  project_id: optionalText,
  task_id: optionalText,
  session_id: optionalText,
  agent_name: z.string().default("system"),
  action: z.string().default("updated"),
  details: optionalText,
  metadata: freeFormMap,
  call_id: optionalText,
  created_at: optionalTimestamp,
});
/** An entry of the activity log with its id. */
export type Activity = Stored<z.output<typeof activityDocument>>;
