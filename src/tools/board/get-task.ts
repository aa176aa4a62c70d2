import { z } from "zod";
import { getTask } from "../../board/tasks/get.js";
import { defineTool, READS } from "../define.js";
import { brief, freeForm, id, nullableText, taskRow, warnings } from "../schema.js";

export default defineTool({
  name: "board_get_task",
  title: "Get a task",
  description: "One task in full, with subtasks, what blocks it, what it blocks, and seconds per status.",
  annotations: READS,
  input: z.strictObject({ task_id: id }),
  output: taskRow.extend({
    description: nullableText,
    metadata: freeForm,
    subtasks: z.array(brief),
    blocked_by: z.array(
      brief.extend({ title: nullableText, status: nullableText, inherited_from: z.string().optional() }),
    ),
    blocking: z.array(brief),
    time_in_status: z.record(z.string(), z.number()),
    warnings: warnings.optional(),
  }),
  handler: (call, { task_id }) => getTask(call, task_id),
});
