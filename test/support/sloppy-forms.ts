import { inputSchema, type JsonSchema } from "../../src/mcp/input-schema.js";
import type { Tool } from "../../src/tools/define.js";

type Args = Record<string, unknown>;

/** A call as some host or model sends it, and the same call as the tool declares it. */
export interface SloppyForm {
  form: string;
  sloppy: unknown;
  strict: Args;
}

/** One argument as published. */
interface Published {
  type: string;
  enum?: string[];
  format?: string;
  items?: JsonSchema;
}

/** Arguments that empty text must not drop. */
const GUARDS = /^(project_id|session_id|if_updated_at|idempotency_key|sessionId|requestId)$/;
/** Optional texts for which empty text is a value. */
const EMPTY_IS_A_VALUE: Readonly<Record<string, readonly string[]>> = {
  board_get_tasks: ["assigned_agent"],
  session_init: ["intent"],
};

/** What a tool needs although no single one of its arguments is required. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { board_claim_task: ["task_id"] };

const CANCELLED = { status: "done", resolution: "cancelled" };

/** The words of other trackers by their argument, and what they mean. */
const WORDS: Readonly<Record<"status" | "priority", Readonly<Record<string, Args>>>> = {
  status: {
    ...{ pending: { status: "todo" }, open: { status: "todo" }, TODO: { status: "todo" } },
    ...{ "To Do": { status: "todo" }, "to-do": { status: "todo" }, to_do: { status: "todo" } },
    ...{ "Not started": { status: "todo" }, "In Review": { status: "review" }, reviewing: { status: "review" } },
    ...{ doing: { status: "in_progress" }, started: { status: "in_progress" }, WIP: { status: "in_progress" } },
    ...{ in_development: { status: "in_progress" } },
    ...{ Resolved: { status: "done" }, Complete: { status: "done" }, finished: { status: "done" } },
    ...{ "Won't Do": CANCELLED, wont_do: CANCELLED },
    ...{ "in-progress": { status: "in_progress" }, "In Progress": { status: "in_progress" } },
    ...{ Closed: { status: "done" }, completed: { status: "done" }, DONE: { status: "done" } },
    ...{ cancelled: CANCELLED, Canceled: CANCELLED, wontfix: CANCELLED },
    duplicate: { status: "done", resolution: "duplicate" },
  },
  priority: {
    ...{ P0: { priority: "critical" }, p1: { priority: "high" }, P2: { priority: "medium" }, P3: { priority: "low" } },
    ...{ Urgent: { priority: "critical" }, normal: { priority: "medium" }, HIGH: { priority: "high" } },
  },
};

/**
 * Every form in which hosts and models were seen to send a tool's arguments, for valid arguments `all` of it, and those of
 * them that the tool needs.
 */
export function sloppyForms(tool: Tool, all: Args): SloppyForm[] {
  const { properties, required = [] } = inputSchema(tool) as unknown as {
    properties: Record<string, Published>;
    required?: string[];
  };
  const only = (names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => name in all).map((name) => [name, all[name]]));
  const needed = { ...only(required), ...only(NEEDED[tool.name] ?? []), ...only(["idempotency_key"]) };
  const optional = Object.keys(properties).filter((name) => !required.includes(name) && name !== "idempotency_key");
  const lasting = optional.filter((name) => !isClearable(tool, name) && !(name in needed));
  const giving = (names: string[], value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
  const droppable = lasting.filter((name) => !GUARDS.test(name) && !EMPTY_IS_A_VALUE[tool.name]?.includes(name));
  const words = Object.entries(WORDS).flatMap(([argument, meanings]) =>
    Object.entries(meanings)
      .filter(([word]) => !properties[argument]?.enum?.includes(word))
      .filter(([, ours]) => Object.entries(ours).every(([name, value]) => isChoice(properties[name], value)))
      .map(([word, ours]) => ({
        form: `${argument}: ${word}`,
        sloppy: { ...needed, [argument]: word },
        strict: { ...needed, ...ours },
      })),
  );
  const own = optional.filter((name) => isClearable(tool, name));
  const cleared = { ...needed, ...giving(own, null) };
  const lists = Object.keys(all).filter(
    (name) => properties[name]?.type === "array" && typeof (all[name] as unknown[])[0] === "string",
  );
  const one = (form: (text: unknown) => unknown): Args =>
    Object.fromEntries(lists.map((name) => [name, form((all[name] as unknown[])[0])]));
  const forms: SloppyForm[] = [
    { form: "null for what may be left out", sloppy: { ...needed, ...giving(lasting, null) }, strict: needed },
    { form: "empty text for what may be left out", sloppy: { ...needed, ...giving(droppable, "") }, strict: needed },
    {
      form: "white space for what may be left out",
      sloppy: { ...needed, ...giving(droppable, " \n") },
      strict: needed,
    },
    { form: "values as JSON in texts", sloppy: inTexts(all), strict: all },
    { form: "the arguments as JSON in a text", sloppy: JSON.stringify(all), strict: all },
    {
      form: "arguments of hosts",
      sloppy: { ...all, wait_for_previous: true, task_progress: "- [x] look", toolCallId: "call_1" },
      strict: all,
    },
    ...(lists.length > 0
      ? [
          {
            form: "one text for a list",
            sloppy: { ...all, ...one((text) => text) },
            strict: { ...all, ...one((text) => [text]) },
          },
        ]
      : []),
    ...(own.length > 0
      ? [{ form: "empty text for what can be cleared", sloppy: { ...needed, ...giving(own, "") }, strict: cleared }]
      : []),
    ...("clear" in properties
      ? [{ form: "clear", sloppy: { ...needed, clear: JSON.stringify(own) }, strict: cleared }]
      : []),
    ...words,
  ];
  return forms.filter(({ sloppy, strict }) => JSON.stringify(sloppy) !== JSON.stringify(strict));
}

function isChoice(argument: Published | undefined, value: unknown): boolean {
  return argument?.enum?.some((choice) => choice === value) === true;
}

/** Whether null is a value of an argument, in the schema that the call is checked against. */
export function isClearable({ input }: Tool, name: string): boolean {
  const parsed = input.shape[name]?.safeParse(null);
  return parsed?.success === true;
}

/** Whatever is no text as a text: `5`, `true`, `["a"]`, `{"k":1}`. */
function inTexts(args: Args): Args {
  const texts = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(texts);
}

/** Values for arguments whose schema does not say what they must be. */
const BY_NAME: Args = {
  action: "found",
  due_at: "2026-12-01",
  due_before: "2026-12-01",
  external_ref: { source: "github", id: "7" },
  tasks: [
    { ref: "a", title: "First", priority: "high", labels: ["x"], external_ref: { source: "github", id: "7" } },
    { title: "Second", depends_on: ["$a"], metadata: { number: "5" } },
  ],
};

/** A valid value for each argument of a tool but `clear`, by its name and its published schema; `known` gives the rest. */
export function validValues(tool: Tool, known: Args): Args {
  const { properties } = inputSchema(tool) as unknown as { properties: Record<string, Published> };
  const value = (name: string, schema: Published) => [name, known[name] ?? BY_NAME[name] ?? byType(schema)];
  const entries = Object.entries(properties).filter(([name]) => name !== "clear" && known[name] !== null);
  return Object.fromEntries(entries.map(([name, schema]) => value(name, schema)));
}

function byType(schema: Published): unknown {
  if (schema.enum) return schema.enum.at(-1);
  switch (schema.type) {
    case "integer":
    case "number":
      return Math.max((schema as { minimum?: number }).minimum ?? 1, 1);
    case "boolean":
      return true;
    case "array":
      return [byType(schema.items as unknown as Published)];
    case "object":
      return objectOf(schema);
    default:
      return schema.format === "date-time" ? "2026-01-02T03:04:05Z" : "text";
  }
}

/** Free-form data that looks sloppy itself, or an object with declared fields. */
function objectOf(schema: Published): unknown {
  const { properties } = schema as unknown as { properties?: Record<string, Published> };
  if (!properties) return { number: "5", none: null, list: '["a"]', status: "pending", wait_for_previous: true };
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, byType(field)]));
}
