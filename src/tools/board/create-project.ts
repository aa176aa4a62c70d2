import { z } from "zod";
import { PRIORITIES } from "../../board/model/enums.js";
import { createProject } from "../../board/projects/create.js";
import { ADDS, defineTool } from "../define.js";
import { description, metadata, title, writeInput } from "../schema.js";

export default defineTool({
  name: "board_create_project",
  title: "Create a project",
  description: "Create an active project. Check board_get_projects first: reuse one that fits.",
  annotations: ADDS,
  input: writeInput({
    name: title,
    description: description.nullable().optional(),
    priority: z.enum(PRIORITIES).default("medium"),
    metadata: metadata.optional(),
  }),
  output: z.object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    priority: z.string(),
    message: z.string(),
  }),
  handler: createProject,
});
