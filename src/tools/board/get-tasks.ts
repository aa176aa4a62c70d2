import { z } from "zod";
import { PRIORITIES, RESOLUTIONS, TASK_STATUSES } from "../../board/model/enums.js";
import { LIMITS } from "../../board/model/limits.js";
import { listTasks } from "../../board/tasks/list.js";
import { defineTool, READS } from "../define.js";
import {
  boundedText,
  cursor,
  dueTime,
  emptyMeansSomething,
  freeForm,
  id,
  limit,
  listRow,
  nextCursor,
  taskLabel,
  taskRow,
  warnings,
} from "../schema.js";

export default defineTool({
  name: "board_get_tasks",
  title: "List tasks",
  description: "List a project's open tasks by priority, oldest first. ready: only those whose dependencies are done.",
  annotations: READS,
  input: z.strictObject({
    project_id: id,
    status: z.enum(TASK_STATUSES).optional(),
    resolution: z.enum(RESOLUTIONS).optional(),
    priority: z.enum(PRIORITIES).optional(),
    assigned_agent: emptyMeansSomething(boundedText(LIMITS.agentName).optional().describe('"" = unassigned')),
    parent_task_id: id.optional(),
    label: taskLabel.optional(),
    due_before: dueTime.optional().describe("date or time; sorts by due_at"),
    ready: z.boolean().optional(),
    include_done: z.boolean().default(false),
    detail: z.enum(["summary", "full"]).default("summary").describe("full adds description and metadata"),
    limit,
    cursor,
  }),
  output: z.object({
    tasks: z.array(listRow(taskRow).extend({ description: z.string().optional(), metadata: freeForm.optional() })),
    next_cursor: nextCursor,
    looked_at: z.int().optional(),
    warnings: warnings.optional(),
  }),
  handler: listTasks,
  project: { argument: "project_id", fill: "always" },
});
