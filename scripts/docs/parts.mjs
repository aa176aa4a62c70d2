/** What the documentation takes from the code, as Markdown. */
import { readFileSync } from "node:fs";

/** @type {typeof import("../../src/commands/quickstart/hosts.js")} */
const { hostSetups } = await built("commands/quickstart/hosts.js");
/** @type {typeof import("../../src/config.js")} */
const { SETTINGS } = await built("config.js");
/** @type {typeof import("../../src/firestore/shapes.js")} */
const { SHAPES } = await built("firestore/shapes.js");
/** @type {typeof import("../../src/mcp/input-schema.js")} */
const { inputSchema } = await built("mcp/input-schema.js");
/** @type {typeof import("../../src/mcp/prompts/index.js")} */
const { PROMPTS } = await built("mcp/prompts/index.js");
/** @type {typeof import("../../src/mcp/resources/kinds.js")} */
const { KINDS, PROJECTS } = await built("mcp/resources/kinds.js");
/** @type {typeof import("../../src/tools/index.js")} */
const { TOOLSETS } = await built("tools/index.js");

/** Stands for the path of the user's clone, which the quickstart prints. */
const SERVER_FILE = "/path/to/fireboard/dist/cli.js";

/** The toolsets, and what each is for. */
const PURPOSE = {
  board: "projects, tasks, sessions, handoffs and the activity log",
  telemetry: "sessions of a leader and its workers, with their token counts",
  log: "a log of an agent's turns: what was said and done",
  bootstrap: "one call to begin with, one to end with",
};

/** @type {Record<string, () => string>} */
export const PARTS = {
  tools: () => perToolset("###", toolTable),
  "tool-arguments": () => perToolset("##", (tools) => tools.map(toolSection).join("\n\n")),
  resources: () =>
    table(
      ["Resource", "What it holds"],
      [[PROJECTS.uri, PROJECTS.description], ...KINDS.map((kind) => [kind.uriTemplate, kind.description])].map(
        ([uri = "", description = ""]) => [code(uri), description],
      ),
    ),
  prompts: () =>
    table(
      ["Prompt", "Arguments", "What it is for"],
      PROMPTS.map(({ name, arguments: named, description }) => [
        code(name),
        named.map((argument) => code(argument.required ? argument.name : `${argument.name}?`)).join(", "),
        description,
      ]),
    ),
  settings: () =>
    table(
      ["Environment", "Flag", "Store", "Default", "What it sets"],
      Object.values(SETTINGS).map((setting) => [
        code(setting.env),
        "flag" in setting ? code(`--${setting.flag}`) : "",
        "store" in setting ? setting.store : "",
        setting.default,
        setting.description,
      ]),
    ),
  queries: () =>
    table(
      ["Query", "Collection", "Filters (in brackets: when asked for)", "Order"],
      Object.entries(/** @type {Record<string, import("../../src/firestore/shapes.js").Shape>} */ (SHAPES)).map(
        ([name, { collection, filters, optionalFilters = {}, orderBy, sums = [] }]) => [
          code(name),
          code(collection),
          [
            ...Object.entries(filters).map(([field, op]) => code(`${field} ${op}`)),
            ...Object.entries(optionalFilters).map(([field, op]) => `[${code(`${field} ${op}`)}]`),
          ].join(", "),
          [...orderBy.map((order) => code(order.join(" "))), ...sums.map((field) => `sum of ${code(field)}`)].join(
            ", ",
          ),
        ],
      ),
    ),
  indexes: () =>
    table(
      ["Collection", "Fields"],
      indexFile().indexes.map(({ collectionGroup, fields }) => [
        code(collectionGroup),
        fields
          .map(({ fieldPath, order }) => code(`${fieldPath} ${order === "DESCENDING" ? "desc" : "asc"}`))
          .join(", "),
      ]),
    ),
  connect: () =>
    hostSetups(SERVER_FILE)
      .map(({ host, where, paste }) => `**${host}**, ${where}:\n\n\`\`\`${language(paste)}\n${paste}\n\`\`\``)
      .join("\n\n"),
};

/** @returns {import("../../src/embedded/index.js").IndexConfig} */
function indexFile() {
  return JSON.parse(readFileSync(new URL("../../firestore.indexes.json", import.meta.url), "utf8"));
}

/**
 * @param {string} heading
 * @param {(tools: readonly import("../../src/tools/define.js").Tool[]) => string} render
 */
function perToolset(heading, render) {
  return Object.entries(TOOLSETS)
    .filter(([, tools]) => tools.length > 0)
    .map(([name, tools]) => {
      const purpose = PURPOSE[/** @type {keyof typeof PURPOSE} */ (name)];
      return `${heading} Toolset ${code(name)}\n\nFor ${purpose}.\n\n${render(tools)}`;
    })
    .join("\n\n");
}

/** @param {readonly import("../../src/tools/define.js").Tool[]} tools */
function toolTable(tools) {
  const rows = tools.map((tool) => [code(tool.name), access(tool), tool.description]);
  return table(["Tool", "Access", "What it does"], rows);
}

/** @param {import("../../src/tools/define.js").Tool} tool */
function toolSection(tool) {
  /** @type {any} */
  const { properties, required = [] } = inputSchema(tool);
  const rows = Object.entries(/** @type {Record<string, any>} */ (properties)).map(([name, schema]) => [
    code(name),
    type(schema),
    required.includes(name) ? "required" : "default" in schema ? code(schema.default) : "",
    schema.description ?? "",
  ]);
  return [
    `### ${tool.name}`,
    `${tool.title} (${access(tool)}). ${tool.description}`,
    rows.length > 0 ? table(["Argument", "Type", "Default", "Notes"], rows) : "It takes no arguments.",
  ].join("\n\n");
}

/**
 * A JSON Schema in a few words.
 * @param {any} schema
 * @returns {string}
 */
function type({ anyOf, enum: choices, type: name, properties, items, format, minItems, maxItems, ...rest }) {
  if (anyOf) return [...new Set(anyOf.map(type))].join(" or ");
  if (choices) return choices.map(code).join(", ");
  if (Array.isArray(name)) return name.join(" or ");
  if (name === "array") return `${minItems ?? 0} to ${maxItems}, each ${items.enum ? "one of " : ""}${type(items)}`;
  if (name === "integer" || name === "number") return [name, ...bounds(rest)].join(", ");
  if (properties) return `an object of ${Object.keys(properties).map(code).join(", ")}`;
  return format === "date-time" ? "ISO 8601 time" : name;
}

/** @param {{ minimum?: number, maximum?: number }} schema */
function bounds({ minimum, maximum }) {
  if (minimum !== undefined && maximum !== undefined) return [`${minimum} to ${maximum}`];
  return minimum === undefined ? [] : [`at least ${minimum}`];
}

/** @param {import("../../src/tools/define.js").Tool} tool */
function access({ annotations }) {
  if (annotations.readOnlyHint) return "reads";
  return annotations.destructiveHint ? "changes" : "adds";
}

/** @param {string} paste */
function language(paste) {
  if (paste.startsWith("{")) return "json";
  return paste.startsWith("[") ? "toml" : "sh";
}

/** @param {unknown} text */
function code(text) {
  return `\`${text}\``;
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const cells = [head, head.map(() => "---"), ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/**
 * A module of the build, whose types are those of its source.
 * @param {string} path
 */
function built(path) {
  return import(new URL(`../../dist/${path}`, import.meta.url).href);
}
