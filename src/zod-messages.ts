import { z } from "zod";

/** The message of a value that is not there. */
export const IS_REQUIRED = "is required";
/** The message of a text that may not be empty. */
export const IS_EMPTY = "is empty";

/**
 * zod's error map in our words: short, without a prefix, and never with the value that was given. For the codes that it
 * leaves out, zod's own words stand. https://zod.dev/error-customization#per-parse-error-customization
 */
export const plainMessages: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value"))
    return IS_REQUIRED;
  if (issue.code === "invalid_type") return `expected ${issue.expected}, received ${typeOf(issue.input)}`;
  if (issue.code === "invalid_value") return `expected ${choices(issue.values)}`;
  if (issue.code === "invalid_format" && String(issue.input).trim() === "") return IS_EMPTY;
  if (issue.code === "too_big" || issue.code === "too_small") return outOfBounds(issue);
  return undefined;
};

function outOfBounds(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall>): string {
  const limit = issue.code === "too_big" ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  const { input, origin } = issue;
  if (origin === "string" && input === "") return IS_EMPTY;
  const unit = { string: "characters", array: "entries" }[String(origin)];
  const length = (input as { length?: unknown } | undefined)?.length;
  return unit !== undefined && typeof length === "number" ? `has ${length} ${unit}, ${limit}` : `must be ${limit}`;
}

function typeOf(input: unknown): string {
  return typeof input === "number" && !Number.isFinite(input) ? String(input) : z.core.util.parsedType(input);
}

function choices(values: readonly z.core.util.Primitive[]): string {
  const words = values.map(z.core.util.stringifyPrimitive);
  return words.length === 1 ? (words[0] ?? "") : `one of ${words.join("|")}`;
}
