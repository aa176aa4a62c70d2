import { z } from "zod";
import type { Tool } from "../tools/define.js";

/** JSON Schema as published: an object schema, plain data. */
export type JsonSchema = { type: "object"; [key: string]: unknown };

/**
 * A tool's arguments as the model sees them: names, types, choices, defaults. What costs tokens without helping a model
 * to call right (patterns, text lengths, `$schema`, machine integer bounds) is left to the validation. Plain, one
 * `type` each and no null, since the converters of many hosts take nothing else (test/support/schema-restrictions.ts).
 */
export function inputSchema(tool: Tool): JsonSchema {
  const published = publish(tool.input, "input", (schema) => {
    withoutNull(schema);
    // Within, it is left to the validation: hosts that take it off for Gemini do so at the top only.
    delete schema.additionalProperties;
    delete schema.pattern;
    delete schema.minLength;
    delete schema.maxLength;
  });
  return { ...published, additionalProperties: false };
}

/** A tool's result; structuredContent is held against it by clients. */
export function outputSchema(tool: Tool): JsonSchema {
  return publish(tool.output, "output", () => {});
}

function publish(
  schema: z.ZodObject,
  io: "input" | "output",
  trim: (schema: Record<string, unknown>) => void,
): JsonSchema {
  const published = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      const node = jsonSchema as Record<string, unknown>;
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
      delete node.propertyNames;
      if (node.anyOf) Object.assign(node, choicesOrNull(node.anyOf));
      if ("enum" in node) delete node.anyOf;
      trim(node);
    },
  });
  const { $schema: _, ...rest } = published;
  return { ...rest, type: "object" };
}

/** Says nothing of null: who can send it may, and `clear` does the same. */
function withoutNull(node: Record<string, unknown>): void {
  if (Array.isArray(node.type)) node.type = node.type.find((type) => type !== "null");
  if (Array.isArray(node.enum)) node.enum = node.enum.filter((choice) => choice !== null);
  const choices = (node.anyOf as { type?: unknown }[] | undefined)?.filter(({ type }) => type !== "null") ?? [];
  if (choices.length !== 1) return;
  delete node.anyOf;
  Object.assign(node, choices[0]);
}

/** A list of choices or null in one node, which says the same in fewer words; empty when it is something else. */
function choicesOrNull(anyOf: unknown): { type?: unknown; enum?: unknown[] } {
  const [choices, nothing, ...others] = anyOf as { type?: unknown; enum?: unknown[] }[];
  if (!choices?.enum || nothing?.type !== "null" || others.length > 0) return {};
  return { type: [choices.type, "null"], enum: [...choices.enum, null] };
}
