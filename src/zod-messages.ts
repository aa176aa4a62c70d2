import { z } from "zod";

/**
 * zod's error map in our words: short, without a prefix, and never with the value that was given. For the codes that it
 * leaves out, zod's own words stand. https://zod.dev/error-customization#per-parse-error-customization
 */
export const plainMessages: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value"))
    return "is required";
  if (issue.code === "invalid_type") return `expected ${issue.expected}, received ${typeOf(issue.input)}`;
  if (issue.code === "invalid_value") return `expected ${choices(issue.values)}`;
  return undefined;
};

function typeOf(input: unknown): string {
  return typeof input === "number" && !Number.isFinite(input) ? String(input) : z.core.util.parsedType(input);
}

function choices(values: readonly z.core.util.Primitive[]): string {
  const words = values.map(z.core.util.stringifyPrimitive);
  return words.length === 1 ? (words[0] ?? "") : `one of ${words.join("|")}`;
}
