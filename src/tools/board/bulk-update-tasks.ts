import { z } from "zod";
import { PRIORITIES, RESOLUTIONS, TASK_STATUSES } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { bulkUpdateTasks } from "../../board/tasks/bulk-update.js";
import { CHANGES, defineTool, named } from "../define.js";
import { boundedText, clear, id, ownName, warnings, writeInput } from "../schema.js";

export default defineTool({
  name: "board_bulk_update_tasks",
  title: "Update many tasks",
  description: "Make the same change to 1-100 tasks, all or none.",
  annotations: CHANGES,
  input: writeInput({
    task_ids: z.array(id).min(1).max(LIMITS.bulkTasks),
    project_id: id.optional().describe("moves them there"),
    status: z.enum(TASK_STATUSES).optional(),
    resolution: z.enum(RESOLUTIONS).optional(),
    priority: z.enum(PRIORITIES).optional(),
    assigned_agent: boundedText(LIMITS.agentName).nullable().optional(),
    clear: clear(["assigned_agent"]),
    session_id: id.optional(),
    agent_name: ownName,
  }),
  output: z.object({
    requested: z.int(),
    changed: z.int(),
    no_op: z.int(),
    message: z.string(),
    warnings: warnings.optional(),
  }),
  handler: (call, { agent_name: _, ...args }) => bulkUpdateTasks(call, args),
  heartbeat: named,
  project: { argument: "project_id", fill: "never" },
});
