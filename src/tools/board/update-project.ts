import { z } from "zod";
import { PRIORITIES, PROJECT_STATUSES } from "../../board/model/enums.js";
import { updateProject } from "../../board/projects/update.js";
import { CHANGES, defineTool } from "../define.js";
import { clear, description, id, ifUpdatedAt, metadata, title, writeInput } from "../schema.js";

export default defineTool({
  name: "board_update_project",
  title: "Update a project",
  description: "Change a project. metadata merges by key, null deletes one.",
  annotations: CHANGES,
  input: writeInput({
    project_id: id,
    name: title.optional(),
    description: description.nullable().optional(),
    status: z.enum(PROJECT_STATUSES).optional(),
    priority: z.enum(PRIORITIES).optional(),
    metadata: metadata.optional(),
    clear: clear(["description"]),
    if_updated_at: ifUpdatedAt,
  }),
  output: z.object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    changes: z.array(z.string()),
    message: z.string(),
  }),
  handler: updateProject,
  project: { argument: "project_id", fill: "always" },
});
