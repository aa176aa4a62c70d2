import { z } from "zod";
import { map, moment, type Stored, text } from "./fields.js";

/** A project as stored (contracts.md 1); status and priority may hold a value that no caller could write. */
export const projectDocument = z.object({
  name: z.string().default(""),
  description: text,
  status: z.string().default("active"),
  priority: z.string().default("medium"),
  metadata: map,
  created_at: moment,
  updated_at: moment,
});
export type Project = Stored<z.output<typeof projectDocument>>;
