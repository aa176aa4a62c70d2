import type { Answer } from "./client.js";

/** What a host or a model's API demands of the tools it is given; a tool that breaks it often costs the whole list. */
export interface Restriction {
  host: string;
  demand: string;
  /** Where it is documented, or reported with the error's text. */
  source: string;
  /** What of a listed tool breaks it, by its place. */
  faults(tool: Answer): string[];
}

/** A schema within a tool's input schema, with its place. */
type Node = [place: string, schema: Answer];

function nodes(schema: Answer, place = "input"): Node[] {
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, each]) => nodes(each, `${place}.${name}`));
  return [[place, schema], ...inside, ...(schema.items ? nodes(schema.items, `${place}[]`) : [])];
}

/** The places of the schemas that are wrong. */
const everywhere = (isWrong: (schema: Answer) => boolean) => (tool: Answer) =>
  nodes(tool.inputSchema).flatMap(([place, schema]) => (isWrong(schema) ? [place] : []));
const atTheTop = (isWrong: (schema: Answer) => boolean) => (tool: Answer) =>
  isWrong(tool.inputSchema) ? ["input"] : [];
const ofTheTool = (isWrong: (tool: Answer) => boolean) => (tool: Answer) => (isWrong(tool) ? [tool.name] : []);
const has =
  (...keywords: string[]) =>
  (schema: Answer) =>
    keywords.some((keyword) => keyword in schema);
const propertyNames = (schema: Answer) => Object.keys(schema.properties ?? {});

/** Keywords of Gemini's Schema that we use. https://hexdocs.pm/geminix/Geminix.V1beta.Schema.html */
const GEMINI_KEYWORDS: readonly string[] = [
  ...["type", "format", "description", "enum", "items", "properties", "required", "default"],
  ...["minItems", "maxItems", "minimum", "maximum"],
];

/** The restrictions that we know of, each with its source. */
export const RESTRICTIONS: readonly Restriction[] = [
  {
    host: "Gemini function declarations",
    demand: "one type each",
    source: "https://github.com/google-gemini/gemini-cli/issues/4400",
    faults: everywhere(({ type }) => typeof type !== "string"),
  },
  {
    host: "Gemini function declarations",
    demand: "an enum has texts only, and type string",
    source: "https://github.com/router-for-me/CLIProxyAPI/pull/1076, https://github.com/decolua/9router/pull/380",
    faults: everywhere(
      (schema) =>
        schema.enum && (schema.type !== "string" || schema.enum.some((each: unknown) => typeof each !== "string")),
    ),
  },
  {
    host: "Gemini function declarations",
    demand: "of the formats of a text only enum and date-time",
    source: "https://github.com/google-gemini/gemini-cli/issues/2237",
    faults: everywhere(({ format }) => format !== undefined && format !== "date-time"),
  },
  {
    host: "Gemini function declarations",
    demand: "no keyword but its own; hosts take additionalProperties off the top only",
    source: "https://github.com/czlonkowski/n8n-mcp/issues/4",
    faults: (tool) =>
      nodes(tool.inputSchema).flatMap(([place, schema]) =>
        Object.keys(schema)
          .filter((keyword) => !GEMINI_KEYWORDS.includes(keyword))
          .filter((keyword) => place !== "input" || keyword !== "additionalProperties")
          .map((keyword) => `${place} ${keyword}`),
      ),
  },
  {
    host: "OpenAI, not strict",
    demand: "an object with properties, without combinations at the top",
    source:
      "https://github.com/langchain-ai/langchainjs/issues/9804, https://github.com/github/copilot-cli/issues/2223",
    faults: atTheTop(
      (schema) =>
        schema.type !== "object" || !schema.properties || has("oneOf", "anyOf", "allOf", "enum", "not")(schema),
    ),
  },
  {
    host: "OpenAI, not strict",
    demand: "no allOf, $ref, const or tuple within",
    source:
      "https://github.com/makenotion/notion-mcp-server/issues/102, https://github.com/playcanvas/editor-mcp-server/issues/65",
    faults: everywhere(has("allOf", "anyOf", "oneOf", "$ref", "const", "prefixItems")),
  },
  {
    host: "OpenAI",
    demand: "a description of at most 1,024 characters",
    source: "https://github.com/janwilmake/openapi-mcp-server/issues/23",
    faults: ofTheTool(({ description }) => description.length > 1_024),
  },
  {
    host: "Anthropic",
    demand: "no combination at the top",
    source: "https://github.com/zereight/gitlab-mcp/issues/552",
    faults: atTheTop(has("oneOf", "anyOf", "allOf")),
  },
  {
    host: "Anthropic",
    demand: "names of arguments of ^[a-zA-Z0-9_.-]{1,64}$",
    source: "https://github.com/freee/freee-mcp/issues/15",
    faults: everywhere((schema) => propertyNames(schema).some((name) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(name))),
  },
  {
    host: "Bedrock",
    demand: "a name of [a-zA-Z][a-zA-Z0-9_]*, at most 64 characters, and a description",
    source: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_ToolSpecification.html",
    faults: ofTheTool(({ name, description }) => !/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/.test(name) || !description),
  },
  {
    host: "Bedrock",
    demand: "type object at the top",
    source: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolInputSchema.html",
    faults: atTheTop(({ type }) => type !== "object"),
  },
  {
    host: "Cursor",
    demand: "no list of types: it checks calls itself and refuses every value",
    source: "https://github.com/cursor/cursor/issues/3778",
    faults: everywhere(({ type }) => Array.isArray(type)),
  },
  {
    host: "VS Code",
    demand: "a list has items",
    source: "https://github.com/microsoft/vscode/issues/246119",
    faults: everywhere(({ type, items }) => type === "array" && items?.type === undefined),
  },
  {
    host: "hosts that put the server's name before the tool's (mcp__fireboard__)",
    demand: "at most 64 characters with it",
    source: "https://github.com/microsoft/foundry-dev-tools/issues/723",
    faults: ofTheTool(({ name }) => `mcp__fireboard__${name}`.length > 64),
  },
];
