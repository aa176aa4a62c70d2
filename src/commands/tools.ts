import { inputSchema } from "../mcp/input-schema.js";
import type { Tool } from "../tools/define.js";
import { TOOLS } from "../tools/index.js";

/** How the tools are listed: for a person, for a program, or by what each costs a model. */
export type ToolsFormat = "text" | "json" | "tokens";

/** Lists the tools on stdout. Opens no store. Gives the exit code. */
export async function tools(format: ToolsFormat): Promise<number> {
  process.stdout.write(`${await FORMATS[format]()}\n`);
  return 0;
}

const FORMATS: Record<ToolsFormat, () => string | Promise<string>> = {
  text: () => TOOLS.map(({ name, title, description }) => `${name}: ${title}\n    ${description}`).join("\n"),
  json: () =>
    JSON.stringify(TOOLS.map((tool) => ({ ...modelView(tool), title: tool.title, annotations: tool.annotations }))),
  tokens: tokenTable,
};

/** What a model is shown of a tool. */
function modelView(tool: Tool) {
  return { name: tool.name, description: tool.description, inputSchema: inputSchema(tool) };
}

/** Tokens per tool and in all, by the o200k encoding; models of other makers count a little differently. */
async function tokenTable(): Promise<string> {
  // Large, and of no use to a server.
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  const rows = TOOLS.map((tool) => ({ name: tool.name, tokens: countTokens(JSON.stringify(modelView(tool))) }));
  const total = { name: `total of ${rows.length}`, tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0) };
  return [...rows, total].map(({ name, tokens }) => `${String(tokens).padStart(6)}  ${name}`).join("\n");
}
