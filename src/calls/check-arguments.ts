import { closest } from "fastest-levenshtein";
import type { z } from "zod";
import { BoardError } from "../board/core/errors.js";
import type { Tool } from "../tools/define.js";
import { plainMessages } from "../zod-messages.js";

/** How many faults one refusal names. */
const NAMED_FAULTS = 3;

/** Checks a call's arguments. Throws `invalid_argument` that names the arguments and, for unknown ones, the nearest known. */
export function checkArguments<T extends Tool>(tool: T, given: unknown): z.output<T["input"]> {
  const parsed = tool.input.safeParse(given ?? {}, { error: plainMessages });
  if (parsed.success) return parsed.data as z.output<T["input"]>;
  const { issues } = parsed.error;
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && !issue.path.length ? issue.keys : [],
  );
  const faults = issues.filter(({ code, path }) => code !== "unrecognized_keys" || path.length > 0).map(fault);
  const message = [...unknown.map(unknownArgument), ...faults].slice(0, NAMED_FAULTS).join("; ");
  throw new BoardError("invalid_argument", `${tool.name}: ${message}.`, hint(tool, unknown));
}

function fault({ path, message }: z.core.$ZodIssue): string {
  const where = path.map((step) => printable(String(step))).join(".") || "arguments";
  return `${where}: ${message}`;
}

function unknownArgument(name: string): string {
  return `unknown argument ${printable(name)}`;
}

function hint(tool: Tool, unknown: string[]): string {
  const known = Object.keys(tool.input.shape);
  if (unknown[0] === undefined) return `Arguments of ${tool.name}: ${known.join(", ")}.`;
  return `Did you mean ${closest(unknown[0].slice(0, 100), known)}? Arguments: ${known.join(", ")}.`;
}

/** A caller's name for something, short and without characters that could disturb a terminal or a log. */
function printable(name: string): string {
  return JSON.stringify(name.slice(0, 60)).slice(1, -1);
}
