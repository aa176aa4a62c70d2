import { z } from "zod";
import { deleteTask } from "../../board/tasks/delete.js";
import { CHANGES, defineTool } from "../define.js";
import { id, writeInput } from "../schema.js";

export default defineTool({
  name: "board_delete_task",
  title: "Delete a task",
  description:
    "Delete a done task for good; its activity stays. Prefer status done: only delete what was created by mistake.",
  annotations: CHANGES,
  input: writeInput({
    task_id: id,
    require_done: z.boolean().default(true),
    cascade_subtasks: z.boolean().default(false),
  }),
  output: z.object({ deleted_task_ids: z.array(z.string()), message: z.string() }),
  handler: deleteTask,
});
