import { z } from "zod";
import { getTask } from "../../board/tasks/get.js";
import { defineTool, READS } from "../define.js";
import { freeForm, id, nullableText, taskRow, warnings } from "../schema.js";

const brief = z.object({ id: z.string(), title: z.string(), status: z.string() });

export default defineTool({
  name: "board_get_task",
  title: "Get a task",
  description: "One task in full, with subtasks, what blocks it and what it blocks.",
  annotations: READS,
  input: z.strictObject({ task_id: id }),
  output: taskRow.extend({
    description: nullableText,
    metadata: freeForm,
    subtasks: z.array(brief),
    blocked_by: z.array(z.object({ id: z.string(), title: nullableText, status: nullableText })),
    blocking: z.array(brief),
    warnings: warnings.optional(),
  }),
  handler: (call, { task_id }) => getTask(call, task_id),
});
