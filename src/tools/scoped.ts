import { z } from "zod";
import { defineTool, type Tool } from "./define.js";

/** What tools call the project that they work on. */
const PROJECT_ARGUMENTS = ["project_id", "projectId"];

/** Of a server of one project, these make no sense. */
const NOT_SCOPED: readonly string[] = ["board_create_project"];

/** Whether a server of one project offers this tool. */
export function fitsOneProject(tool: Tool): boolean {
  return !NOT_SCOPED.includes(tool.name);
}

/**
 * A tool of a server that serves one project: nobody needs to name the project, and nobody can name another. A call that
 * names tasks is about their project already. That the rest of the board stays out of reach is the store's to keep.
 */
export function scopeTool(tool: Tool, project: string): Tool {
  const named = PROJECT_ARGUMENTS.filter((argument) => argument in tool.input.shape);
  if (named.length === 0) return tool;
  const shape = Object.entries(tool.input.shape).filter(([argument]) => !named.includes(argument));
  const own = Object.fromEntries(named.map((argument) => [argument, project]));
  return defineTool({
    ...tool,
    input: z.strictObject(Object.fromEntries(shape)),
    handler: (call, args) => tool.handler(call, "task_id" in args || "task_ids" in args ? args : { ...args, ...own }),
  });
}
