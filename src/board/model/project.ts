import { z } from "zod";
import { freeFormMap, optionalText, optionalTimestamp, type Stored } from "./fields.js";

/** A project as stored (docs/contracts.md 1); status and priority may hold a value that no caller could write. */
export const projectDocument = z.object({
  name: z.string().default(""),
  description: optionalText,
  status: z.string().default("active"),
  priority: z.string().default("medium"),
  metadata: freeFormMap,
  created_at: optionalTimestamp,
  updated_at: optionalTimestamp,
});
/** A project with its id. */
export type Project = Stored<z.output<typeof projectDocument>>;
