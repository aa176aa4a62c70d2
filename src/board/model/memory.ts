import { z } from "zod";
import { optionalText, optionalTimestamp, type Stored } from "./fields.js";

/** Something an agent learned that later sessions should know. `tier` says for whom: so far always the project. */
export const memoryDocument = z.object({
  tier: z.string().default("project"),
  project_id: optionalText,
  task_id: optionalText,
  agent_id: z.string().default(""),
  summary: z.string().default(""),
  created_at: optionalTimestamp,
  updated_at: optionalTimestamp,
});
/** A memory with its id. */
export type Memory = Stored<z.output<typeof memoryDocument>>;
