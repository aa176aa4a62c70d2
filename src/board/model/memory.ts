import { z } from "zod";
import { moment, type Stored, text } from "./fields.js";

/** Something an agent learned that later sessions should know. `tier` says for whom: so far always the project. */
export const memoryDocument = z.object({
  tier: z.string().default("project"),
  project_id: text,
  task_id: text,
  agent_id: z.string().default(""),
  summary: z.string().default(""),
  created_at: moment,
  updated_at: moment,
});
export type Memory = Stored<z.output<typeof memoryDocument>>;
