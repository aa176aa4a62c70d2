import { z } from "zod";
import { freeFormMap, optionalText, optionalTimestamp, type Stored, texts, timestamp } from "./fields.js";

/**
 * Who holds a task until when. `holder` is the connection that claimed it, null when nobody's is known: then the name
 * decides. `minutes` is what a renewal adds.
 */
const lease = z.object({
  agent_name: z.string(),
  session_id: optionalText,
  holder: optionalText,
  minutes: z.number().positive().default(60),
  expires_at: timestamp,
});
/** Who holds a task, and until when. */
export type Lease = z.output<typeof lease>;

/** Where a task came from: the record of another tool, and the import that brought it. */
const externalRef = z.object({ source: optionalText, id: optionalText, url: optionalText, batch: optionalText });
/** Where a task came from. */
export type ExternalRef = z.output<typeof externalRef>;

/** A task as stored (docs/contracts.md 1). */
export const taskDocument = z.object({
  project_id: z.string().default(""),
  title: z.string().default(""),
  description: optionalText,
  status: z.string().default("todo"),
  resolution: optionalText,
  priority: z.string().default("medium"),
  assigned_agent: optionalText,
  parent_task_id: optionalText,
  depends_on: texts,
  labels: texts,
  due_at: optionalTimestamp,
  external_ref: externalRef.nullable().default(null),
  riper_mode: optionalText,
  metadata: freeFormMap,
  lease: lease.nullable().default(null),
  created_at: optionalTimestamp,
  updated_at: optionalTimestamp,
  started_at: optionalTimestamp,
  completed_at: optionalTimestamp,
});
/** A task with its id. */
export type Task = Stored<z.output<typeof taskDocument>>;

/**
 * Why a task is done: `completed` unless something else is stored; null in any other status, whatever a lead's edit of
 * the status left behind.
 */
export function resolutionOf({ status, resolution }: Pick<Task, "status" | "resolution">): string | null {
  return status === "done" ? (resolution ?? "completed") : null;
}
