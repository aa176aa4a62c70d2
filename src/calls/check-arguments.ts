import type { z } from "zod";
import { invalidArgument } from "../board/core/errors.js";
import type { Tool } from "../tools/define.js";
import { IS_EMPTY, IS_REQUIRED, plainMessages } from "../zod-messages.js";
import { declaredAt, isListOfTexts } from "./declared.js";
import { meantName, printable } from "./near-names.js";
import { GUARDS, readArguments } from "./read-arguments.js";

/** How many faults one refusal names: more than a call has that was meant. */
const NAMED_FAULTS = 25;

/** How many characters their names take, unless the first alone takes more: lists of allowed values are long. */
const NAMED_CHARACTERS = 1_500;

/**
 * A call's arguments as the tool's handler takes them: read, checked, and with the fields named by `clear` as null. Throws
 * `invalid_argument` that names all faults, and what was probably meant by a name that is unknown.
 */
export function checkArguments<T extends Tool>(tool: T, given: unknown): z.output<T["input"]> {
  const read = readArguments(tool, given);
  const parsed = tool.input.safeParse(read, { error: plainMessages });
  if (parsed.success) return withCleared(tool, parsed.data) as z.output<T["input"]>;
  const { issues } = parsed.error;
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && !issue.path.length ? issue.keys : [],
  );
  const faults = issues.filter(({ code, path }) => code !== "unrecognized_keys" || path.length > 0).map(fault(tool));
  throw invalidArgument(
    message(tool, [...unknown.map(unknownArgument), ...faults]),
    issues.flatMap((issue) => misnamed(issue) ?? []).length > 0 ? namesHint(tool, issues, read) : undefined,
  );
}

/** `clear` names arguments, which become null, and what is no argument, which stays for the handler. */
function withCleared(tool: Tool, { clear, ...args }: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(clear)) return args;
  const isArgument = (name: string) => Object.hasOwn(tool.input.shape, name);
  const cleared = clear.filter(isArgument);
  const both = cleared.find((name) => args[name] !== undefined && args[name] !== null);
  if (both !== undefined)
    throw invalidArgument(`${tool.name}: ${both} is given and to be cleared.`, "Give it, or name it in clear.");
  const others = clear.filter((name) => !isArgument(name));
  const nulls = Object.fromEntries(cleared.map((name) => [name, null]));
  return { ...args, ...nulls, ...(others.length > 0 ? { clear: others } : {}) };
}

function message({ name }: Tool, faults: readonly string[]): string {
  const named = faults.slice(0, NAMED_FAULTS);
  while (named.length > 1 && named.join("; ").length > NAMED_CHARACTERS) named.pop();
  const more = faults.length - named.length;
  return `${name}: ${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}

function fault(tool: Tool) {
  return ({ path, message, code, ...issue }: z.core.$ZodIssue): string => {
    const where = path.map((step) => printable(String(step))).join(".") || "arguments";
    if (code === "unrecognized_keys" && "keys" in issue)
      return `${where}: unknown ${issue.keys.slice(0, NAMED_FAULTS).map(printable).join(", ")}`;
    const isLong = code === "too_big" && "origin" in issue && issue.origin === "string";
    const rest = isLong ? placeOfTheRest(tool, path) : undefined;
    const repair = rest === undefined ? repairOf(tool, path, message, code) : `put the rest into ${rest}`;
    return `${where}: ${message}${repair === undefined ? "" : `; ${repair}`}`;
  };
}

/** What to give instead, where the fault alone does not say it. */
function repairOf({ input }: Tool, path: readonly PropertyKey[], message: string, code: string): string | undefined {
  const declared = declaredAt(input, path);
  if (code === "invalid_type" && message !== IS_REQUIRED && declared && isListOfTexts(declared))
    return 'write it as ["a","b"]';
  const [argument, ...inside] = path.map(String);
  const taken = argument !== undefined && inside.length === 0 ? GUARDS.get(argument) : undefined;
  const isOptional = argument !== undefined && input.shape[argument]?.safeParse(undefined).success === true;
  return message === IS_EMPTY && taken && isOptional ? `give ${taken} or leave it out` : undefined;
}

/** Where a text goes that is too long for its argument: the first of these that the tool has. */
const REST: Readonly<Record<string, readonly string[]>> = {
  name: ["description"],
  title: ["description", "metadata"],
  queryTitle: ["queryText"],
  description: ["metadata"],
  details: ["metadata"],
  progress_summary: ["handoff_notes"],
  handoff_notes: ["context_artifacts"],
};

function placeOfTheRest({ input }: Tool, path: readonly PropertyKey[]): string | undefined {
  const [argument, ...inside] = path;
  return inside.length > 0 ? undefined : REST[String(argument)]?.find((name) => Object.hasOwn(input.shape, name));
}

function unknownArgument(name: string): string {
  return `unknown argument ${printable(name)}`;
}

/** Where in the arguments names are unknown or missing, and which are unknown; undefined when only a value is wrong. */
function misnamed(issue: z.core.$ZodIssue): { path: PropertyKey[]; unknown: string[] } | undefined {
  if (issue.code === "unrecognized_keys") return { path: issue.path, unknown: issue.keys };
  if (issue.path.length === 0) return { path: [], unknown: [] };
  return issue.message === IS_REQUIRED ? { path: issue.path.slice(0, -1), unknown: [] } : undefined;
}

/** The names that there are, at the first place where one is unknown or missing, and those that were probably meant. */
function namesHint({ name, input }: Tool, issues: readonly z.core.$ZodIssue[], read: unknown): string {
  const places = issues.flatMap((issue) => misnamed(issue) ?? []);
  const meant = places.flatMap(({ path, unknown }) => {
    const given = Object.keys(Object(path.reduce((value, step) => Object(value)[step], read)));
    return unknown.flatMap((each) => meantName(each, namesAt(input, path), given) ?? []);
  });
  const named = [...new Set(meant)].slice(0, NAMED_FAULTS);
  const question = named.length > 0 ? `Did you mean ${named.join(", ")}? ` : "";
  const first = places.find(({ path }) => path.length === 0) ?? places[0];
  const path = first?.path ?? [];
  const whose = path.filter((step) => typeof step === "string").join(".");
  const what =
    whose === ""
      ? `Arguments of ${name}`
      : `Fields of ${typeof path.at(-1) === "number" ? "an entry of " : ""}${whose}`;
  return `${question}${what}: ${namesAt(input, path).join(", ") || "none"}.`;
}

function namesAt(input: z.ZodType, path: readonly PropertyKey[]): string[] {
  const declared = declaredAt(input, path);
  return declared?.def.type === "object" ? Object.keys((declared as z.ZodObject).shape) : [];
}
