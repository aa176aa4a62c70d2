import { z } from "zod";
import { PRIORITIES, RESOLUTIONS, RIPER_MODES, TASK_STATUSES } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { createTask } from "../../board/tasks/create.js";
import { ADDS, defineTool, named } from "../define.js";
import {
  boundedText,
  description,
  dueTime,
  externalRef,
  id,
  labels,
  metadata,
  title,
  warnings,
  writeInput,
} from "../schema.js";

export default defineTool({
  name: "board_create_task",
  title: "Create a task",
  description: "Add a task to a project. depends_on: ids of tasks that must be done first.",
  annotations: ADDS,
  input: writeInput({
    project_id: id,
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
    session_id: id.optional(),
  }),
  output: z.object({
    id: z.string(),
    title: z.string(),
    status: z.string(),
    priority: z.string(),
    message: z.string(),
    warnings: warnings.optional(),
  }),
  handler: createTask,
  heartbeat: named,
  project: { argument: "project_id", fill: "always" },
});
