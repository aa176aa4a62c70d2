import type { z } from "zod";
import type { Tool } from "../tools/define.js";
import { meansSomethingEmpty } from "../tools/schema.js";
import { isListOfTexts, unwrap } from "./declared.js";
import { HOST_ARGUMENTS } from "./host-arguments.js";
import { translateWords } from "./tracker-words.js";

/**
 * Arguments whose absence drops a guard or widens what a call is about: empty text for them is a slip, not absence. With
 * what they take.
 */
export const GUARDS: ReadonlyMap<string, string> = new Map([
  ...["project_id", "session_id", "sessionId", "requestId"].map((name) => [name, "an id"] as const),
  ["if_updated_at", "a time"],
  ["idempotency_key", "a key"],
]);

/**
 * A call's arguments as hosts and models send them, in the form that the tool declares (docs/contracts.md 2): JSON in a
 * text where no text is declared, null or empty text for what may be left out, words of other trackers, arguments that a
 * host adds. Free-form data is only parsed, never changed. What cannot be read stays as it is, for the check to refuse.
 */
export function readArguments(tool: Tool, given: unknown): unknown {
  const args = typeof given === "string" ? readText(given) : (given ?? {});
  if (!isObject(args)) return args;
  const isForUs = ([name]: [string, unknown]) => Object.hasOwn(tool.input.shape, name) || !HOST_ARGUMENTS.has(name);
  return readObject(tool.input.shape, Object.fromEntries(Object.entries(args).filter(isForUs)));
}

function readText(given: string): unknown {
  if (given.trim() === "") return {};
  const parsed = parseJson(given);
  return parsed === null ? {} : isObject(parsed) ? parsed : given;
}

function readObject(shape: z.ZodRawShape, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const declared = (name: string) => (Object.hasOwn(shape, name) ? (shape[name] as z.ZodType) : undefined);
  const read = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    const schema = declared(name);
    const argument = schema ? readArgument(name, schema, value) : value;
    return argument === undefined ? [] : [[name, argument]];
  });
  return translateWords(Object.fromEntries(read), (name) => choicesOf(declared(name)));
}

/** An argument's value; undefined when it counts as absent. */
function readArgument(name: string, schema: z.ZodType, value: unknown): unknown {
  const { inner, optional, nullable } = unwrap(schema);
  const isEmptyText = typeof value === "string" && value.trim() === "";
  if (!optional || (value !== null && !isEmptyText)) return readValue(inner, value);
  if (isEmptyText && GUARDS.has(name)) return "";
  if (isEmptyText && meansSomethingEmpty(schema)) return "";
  return nullable ? null : undefined;
}

/** A value for a schema that is neither optional nor nullable. Text is parsed only where no text is declared. */
function readValue(schema: z.ZodType, value: unknown): unknown {
  switch (schema.def.type) {
    case "number":
      return typeof value === "string" ? readNumber(value) : value;
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "array": {
      const items = isPlainText(value) && isListOfTexts(schema) ? [value] : fromJson(value);
      const { inner } = unwrap((schema as z.ZodArray<z.ZodType>).element);
      return Array.isArray(items) ? items.map((item) => readValue(inner, item)) : value;
    }
    case "object": {
      const fields = fromJson(value);
      return isObject(fields) ? readObject((schema as z.ZodObject).shape, fields) : value;
    }
    case "custom": {
      const data = fromJson(value);
      return isObject(data) ? data : value;
    }
    case "pipe":
      return readValue(unwrap((schema as z.ZodPipe<z.ZodType, z.ZodType>).out).inner, value);
    default:
      return value;
  }
}

/** JSON's form of a number and no other, so that " 5 ", "0x10" and "NaN" are refused. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function readNumber(text: string): unknown {
  return NUMBER.test(text) ? Number(text) : text;
}

function fromJson(value: unknown): unknown {
  return typeof value === "string" ? parseJson(value) : value;
}

/** Text that is one word or phrase, neither JSON nor meant to be, nor several that commas part. */
function isPlainText(value: unknown): value is string {
  return typeof value === "string" && !/^\s*$|^\s*[[{"]|,/.test(value) && parseJson(value) === undefined;
}

/** What the text says as JSON; undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function choicesOf(schema: z.ZodType | undefined): readonly string[] | undefined {
  const inner = schema && unwrap(schema).inner;
  return inner?.def.type === "enum" ? ((inner as z.ZodEnum).options as readonly string[]) : undefined;
}
