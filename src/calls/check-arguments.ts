import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { BoardError, invalidArgument } from "../board/core/errors.js";
import type { Tool } from "../tools/define.js";
import { plainMessages } from "../zod-messages.js";
import { readArguments } from "./read-arguments.js";

/** How many faults one refusal names: more than a call has that was meant. */
const NAMED_FAULTS = 25;
/** The share of a name's letters that a slip may change; a name with more of them changed is another name. */
const SLIP = 0.4;

/**
 * A call's arguments as the tool's handler takes them: read, checked, and with the fields named by `clear` as null. Throws
 * `invalid_argument` that names all faults, and for an unknown argument the nearest known one when it is near.
 */
export function checkArguments<T extends Tool>(tool: T, given: unknown): z.output<T["input"]> {
  const parsed = tool.input.safeParse(readArguments(tool, given), { error: plainMessages });
  if (parsed.success) return withCleared(tool, parsed.data) as z.output<T["input"]>;
  const { issues } = parsed.error;
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && !issue.path.length ? issue.keys : [],
  );
  const faults = issues.filter(({ code, path }) => code !== "unrecognized_keys" || path.length > 0).map(fault(tool));
  throw new BoardError(
    "invalid_argument",
    message(tool, [...unknown.map(unknownArgument), ...faults]),
    hint(tool, unknown),
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
  const more = faults.length - NAMED_FAULTS;
  return `${name}: ${faults.slice(0, NAMED_FAULTS).join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}

function fault(tool: Tool) {
  return ({ path, message, code, ...issue }: z.core.$ZodIssue): string => {
    const where = path.map((step) => printable(String(step))).join(".") || "arguments";
    if (code === "unrecognized_keys" && "keys" in issue)
      return `${where}: unknown ${issue.keys.slice(0, NAMED_FAULTS).map(printable).join(", ")}`;
    const isLong = code === "too_big" && "origin" in issue && issue.origin === "string";
    const rest = isLong ? placeOfTheRest(tool, path) : undefined;
    return `${where}: ${message}${rest === undefined ? "" : `; put the rest into ${rest}`}`;
  };
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

function hint(tool: Tool, unknown: string[]): string {
  const known = Object.keys(tool.input.shape);
  const meant = [...new Set(unknown.flatMap((name) => nearest(name, known) ?? []))].slice(0, NAMED_FAULTS);
  const question = meant.length > 0 ? `Did you mean ${meant.join(", ")}? ` : "";
  return `${question}Arguments of ${tool.name}: ${known.join(", ") || "none"}.`;
}

/** The known name that a slip of the pen may have made `name` of. */
function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > 60) return undefined;
  const candidate = closest(name.toLowerCase(), known);
  const longer = Math.max(name.length, candidate.length);
  return distance(name.toLowerCase(), candidate) <= longer * SLIP ? candidate : undefined;
}

/** A caller's name for something, short and without characters that could disturb a terminal or a log. */
function printable(name: string): string {
  return JSON.stringify(name.slice(0, 60)).slice(1, -1);
}
