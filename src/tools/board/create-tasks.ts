import { z } from "zod";
import { LIMITS } from "../../board/model/limits.js";
import { createTasks } from "../../board/tasks/create-many.js";
import { ADDS, defineTool, named } from "../define.js";
import { id, warnings, writeInput } from "../schema.js";
import { newTaskFields } from "./new-task-fields.js";

const REF = new RegExp(`^[A-Za-z0-9_.-]{1,${LIMITS.taskRef}}$`);
const REF_FORM = `must be 1-${LIMITS.taskRef} of A-Z a-z 0-9 _ . -`;

/** A task's name within the call. */
const ref = z
  .string()
  .overwrite((value) => value.replace(/^\$/, ""))
  .refine((value) => REF.test(value), REF_FORM);
/** A task of the board, or of the call by its ref. */
const idOrRef = z
  .string()
  .refine((value) => (value.startsWith("$") ? REF.test(value.slice(1)) : id.safeParse(value).success), {
    error: "must be the id of a task, or $ and the ref of a task of this call",
  });

export default defineTool({
  name: "board_create_tasks",
  title: "Create many tasks",
  description: 'Add up to 100 tasks to a project, all or none. Link them by "$ref" in depends_on and parent_task_id.',
  annotations: ADDS,
  input: writeInput({
    project_id: id,
    tasks: z
      .array(
        z.strictObject({
          ref: ref.optional(),
          ...newTaskFields,
          parent_task_id: idOrRef.nullable().optional(),
          depends_on: z.array(idOrRef).max(LIMITS.dependsOn).optional(),
        }),
      )
      .min(1)
      .max(LIMITS.createdTasks),
    session_id: id.optional(),
  }),
  output: z.object({
    tasks: z.array(z.object({ ref: z.string().optional(), id: z.string(), title: z.string() })),
    message: z.string(),
    warnings: warnings.optional(),
  }),
  handler: createTasks,
  heartbeat: named,
  project: { argument: "project_id", fill: "always" },
});
