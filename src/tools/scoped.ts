import { z } from "zod";
import { defineTool, type Tool } from "./define.js";

/** For whom there are only given projects, these make no sense. */
const NOT_SCOPED: readonly string[] = ["board_create_project"];

/** Whether this tool is offered where there are only given projects. */
export function fitsGivenProjects(tool: Tool): boolean {
  return !NOT_SCOPED.includes(tool.name);
}

/**
 * A tool of a server that serves one project: its project argument is gone from the schema and filled in as the tool
 * declares. That the rest of the board stays out of reach is the store's to keep (src/board/scope).
 */
export function scopeTool(tool: Tool, project: string): Tool {
  if (!tool.project) return tool;
  const { argument, fill } = tool.project;
  const shape = Object.entries(tool.input.shape).filter(([name]) => name !== argument);
  const isFilled = (args: object) => fill === "always" || (fill === "without_task" && !("task_id" in args));
  return defineTool({
    ...tool,
    input: z.strictObject(Object.fromEntries(shape)),
    handler: (call, args) => tool.handler(call, isFilled(args) ? { ...args, [argument]: project } : args),
  });
}
