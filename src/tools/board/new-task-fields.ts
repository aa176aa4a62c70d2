import { z } from "zod";
import { PRIORITIES, RESOLUTIONS, RIPER_MODES, TASK_STATUSES } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { boundedText, description, dueTime, externalRef, id, labels, metadata, title } from "../schema.js";

/** The fields of a task to be made, alike for one and for many. */
export const newTaskFields = {
  title,
  description: description.nullable().optional(),
  status: z.enum(TASK_STATUSES).default("todo"),
  resolution: z.enum(RESOLUTIONS).optional(),
  priority: z.enum(PRIORITIES).default("medium"),
  assigned_agent: boundedText(LIMITS.agentName).nullable().optional(),
  parent_task_id: id.nullable().optional(),
  depends_on: z.array(id).max(LIMITS.dependsOn).optional(),
  labels: labels.optional(),
  due_at: dueTime.optional().describe("date or time"),
  external_ref: externalRef.optional(),
  riper_mode: z.enum(RIPER_MODES).nullable().optional(),
  metadata: metadata.optional(),
};
