import { z } from "zod";
import { map, moment, type Stored, text, time } from "./fields.js";

/** Who holds a task until when; `minutes` is what a renewal adds. */
const lease = z.object({
  agent_name: z.string(),
  session_id: text,
  minutes: z.number().positive().default(60),
  expires_at: time,
});
export type Lease = z.output<typeof lease>;

/** A task as stored (contracts.md 1). */
export const taskDocument = z.object({
  project_id: z.string().default(""),
  title: z.string().default(""),
  description: text,
  status: z.string().default("todo"),
  priority: z.string().default("medium"),
  assigned_agent: text,
  parent_task_id: text,
  depends_on: z
    .array(z.string())
    .nullable()
    .default(null)
    .transform((ids) => ids ?? []),
  riper_mode: text,
  metadata: map,
  lease: lease.nullable().default(null),
  created_at: moment,
  updated_at: moment,
  started_at: moment,
  completed_at: moment,
});
export type Task = Stored<z.output<typeof taskDocument>>;
