import type { Tool as McpTool } from "@modelcontextprotocol/server";
import type { Tool } from "../tools/define.js";
import { inputSchema, outputSchema } from "./input-schema.js";

/** Claude's hosts load a tool with this mark at once, others when they are searched for. */
const ALWAYS_LOAD = { _meta: { "anthropic/alwaysLoad": true } };

/** A tool as tools/list shows it. */
export function listedTool(tool: Tool): McpTool {
  const { name, title, description, annotations } = tool;
  const schemas = { inputSchema: inputSchema(tool), outputSchema: outputSchema(tool) };
  return { name, title, description, annotations, ...schemas, ...(tool.alwaysLoad ? ALWAYS_LOAD : {}) };
}
