import { z } from "zod";
import { PRIORITIES, RESOLUTIONS, RIPER_MODES, TASK_STATUSES } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { updateTask } from "../../board/tasks/update.js";
import { CHANGES, defineTool, named } from "../define.js";
import {
  boundedText,
  clear,
  description,
  dueTime,
  externalRef,
  id,
  ifUpdatedAt,
  labels,
  metadata,
  ownName,
  title,
  warnings,
  writeInput,
} from "../schema.js";

export default defineTool({
  name: "board_update_task",
  title: "Update a task",
  description: "Change a task. metadata merges by key, null deletes one; depends_on replaces.",
  annotations: CHANGES,
  input: writeInput({
    task_id: id,
    title: title.optional(),
    description: description.nullable().optional(),
    status: z.enum(TASK_STATUSES).optional(),
    resolution: z.enum(RESOLUTIONS).optional(),
    priority: z.enum(PRIORITIES).optional(),
    assigned_agent: boundedText(LIMITS.agentName).nullable().optional(),
    riper_mode: z.enum(RIPER_MODES).nullable().optional().describe("how you work on it"),
    parent_task_id: id.nullable().optional(),
    depends_on: z.array(id).max(LIMITS.dependsOn).optional(),
    labels: labels.optional(),
    due_at: dueTime.nullable().optional().describe("date or time"),
    external_ref: externalRef.nullable().optional(),
    metadata: metadata.optional(),
    clear: clear(["description", "assigned_agent", "riper_mode", "parent_task_id", "due_at", "external_ref"]),
    project_id: id.optional().describe("moves it there"),
    session_id: id.optional(),
    agent_name: ownName,
    if_updated_at: ifUpdatedAt,
  }),
  output: z.object({ id: z.string(), changes: z.array(z.string()), warnings, message: z.string() }),
  handler: (call, { agent_name: _, ...args }) => updateTask(call, args),
  heartbeat: named,
  project: { argument: "project_id", fill: "never" },
});
