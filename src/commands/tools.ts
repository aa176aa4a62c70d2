import { inputSchema } from "../mcp/input-schema.js";
import { listedTool } from "../mcp/listed-tool.js";
import type { Tool } from "../tools/define.js";
import { type Selection, SelectionError, selectTools } from "../tools/select.js";
import { exitCodeOf } from "./exit-code.js";

/** How the tools are listed: for a person, for a program, or by what each costs a model. */
export type ToolsFormat = "text" | "json" | "tokens";

/** Lists the tools that a server of these settings offers, on stdout. Opens no store. Gives the exit code. */
export function tools(format: ToolsFormat, selection: Selection): Promise<number> {
  return exitCodeOf({ kind: SelectionError, exitCode: 2 }, async () => {
    process.stdout.write(`${await FORMATS[format](selectTools(selection))}\n`);
    return 0;
  });
}

const FORMATS: Record<ToolsFormat, (tools: readonly Tool[]) => string | Promise<string>> = {
  text: (tools) => tools.map(({ name, title, description }) => `${name}: ${title}\n    ${description}`).join("\n"),
  // Results' schemas are left out: they are long, and of no use to who reviews what a model is shown.
  json: (tools) => JSON.stringify(tools.map(listedTool).map(({ outputSchema: _, ...shown }) => shown)),
  tokens: tokenTable,
};

/** What a model is shown of a tool. */
function modelView(tool: Tool) {
  return { name: tool.name, description: tool.description, inputSchema: inputSchema(tool) };
}

/** Tokens per tool and in all, by the o200k encoding; models of other makers count a little differently. */
async function tokenTable(tools: readonly Tool[]): Promise<string> {
  // Large, and of no use to a server.
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  const rows = tools.map((tool) => ({ name: tool.name, tokens: countTokens(JSON.stringify(modelView(tool))) }));
  const total = { name: `total of ${rows.length}`, tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0) };
  return [...rows, total].map(({ name, tokens }) => `${String(tokens).padStart(6)}  ${name}`).join("\n");
}
