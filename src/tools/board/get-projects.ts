import { z } from "zod";
import { PROJECT_STATUSES } from "../../board/model/enums.js";
import { listProjects } from "../../board/projects/list.js";
import { defineTool, READS } from "../define.js";
import { cursor, freeForm, limit, nextCursor, warnings } from "../schema.js";

export default defineTool({
  name: "board_get_projects",
  title: "List projects",
  description: "Start here: projects with their ids and task counts, most urgent first.",
  annotations: READS,
  alwaysLoad: true,
  input: z.strictObject({ status: z.enum(PROJECT_STATUSES).optional(), limit, cursor }),
  output: z.object({
    projects: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        description: z.string().optional(),
        status: z.string(),
        priority: z.string(),
        metadata: freeForm,
        created_at: z.string().optional(),
        updated_at: z.string().optional(),
        task_counts: z.record(z.string(), z.int()),
        total_tasks: z.int(),
      }),
    ),
    next_cursor: nextCursor,
    warnings: warnings.optional(),
  }),
  handler: listProjects,
});
