import { z } from "zod";
import { createTask } from "../../board/tasks/create.js";
import { ADDS, defineTool, named } from "../define.js";
import { id, warnings, writeInput } from "../schema.js";
import { newTaskFields } from "./new-task-fields.js";

export default defineTool({
  name: "board_create_task",
  title: "Create a task",
  description: "Add a task to a project. depends_on: ids of tasks that must be done first.",
  annotations: ADDS,
  input: writeInput({ project_id: id, ...newTaskFields, session_id: id.optional() }),
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
