import { z } from "zod";
import { optionalText, optionalTimestamp, type Stored } from "./fields.js";

/** Something an agent learned that later sessions of the project should know. */
export const memoryDocument = z.object({
  project_id: optionalText,
  task_id: optionalText,
  agent_id: z.string().default(""),
  summary: z.string().default(""),
  created_at: optionalTimestamp,
  updated_at: optionalTimestamp,
});
/** A memory with its id. */
export type Memory = Stored<z.output<typeof memoryDocument>>;
