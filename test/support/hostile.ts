import fc from "fast-check";
import { z } from "zod";
import type { Tool } from "../../src/tools/define.js";

/** Ids that exist on the board under test, so that hostile calls get past the first check as well. */
export interface KnownIds {
  project_id: string[];
  task_id: string[];
  session_id: string[];
}

/** Text that programs trip over: paths, reserved names, control characters, broken Unicode, code of other languages. */
const NASTY_TEXTS = [
  ...["", " ", ".", "..", "/", "a/b", "../../etc/passwd", "__x__", "__name__", "`", "a.b", "\\", '"', "*", "%00"],
  ...["\0", "a\0b", "\u001b[2J", "\r\n", "\u2028", "\u202e", "\ufeff", "\u007f", "\ud800", "\udc00x", "ok\ud83d"],
  ...["👩‍👩‍👧‍👦", "e\u0301".repeat(150), "😀".repeat(150), "null", "NaN", "[object Object]", "'; DROP TABLE documents; --"],
  ...["constructor", "__proto__", "toString", "x".repeat(129), "x".repeat(301), "é".repeat(8_001), "x".repeat(300_000)],
];

const NASTY_NUMBERS = [0, -0, -1, 1, 201, 1.5, 2 ** 53, -(2 ** 53), 1e308, 5e-324, Number.NaN];

/** Made by JSON.parse, because only so `__proto__` is a key like any other. */
const NASTY_OBJECTS = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"":1}',
  '{"__x__":1}',
  '{"a":[[1]]}',
  '{"a":[{"b":[[]]}]}',
  '{"a":"\\ud800"}',
  '{"\\ud800":1}',
  '{"a":1e400}',
  '{"toDate":1,"path":"x","seconds":1,"nanoseconds":2}',
  '{"a.b":1,"`":2,"a/b":3,"*":4,"\\u0000":5}',
  `${'{"a":'.repeat(11)}1${"}".repeat(11)}`,
  `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`,
  `{"a":"${"x".repeat(33_000)}"}`,
  `{"${"k".repeat(1_501)}":1}`,
].map((json): unknown => JSON.parse(json));

const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...NASTY_TEXTS),
  fc.constantFrom<unknown>(...NASTY_NUMBERS),
  fc.constantFrom<unknown>(...NASTY_OBJECTS),
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.constantFrom<unknown>(null, true, [], {}, [[]], [null], new Array(1_001).fill("x"), new Array(51).fill("a")),
  fc.jsonValue({ maxDepth: 4 }),
);

/** What the published schema says about one argument. */
interface ArgumentSchema {
  type?: string;
  enum?: unknown[];
  anyOf?: ArgumentSchema[];
  items?: ArgumentSchema;
  minimum?: number;
  maximum?: number;
}

/** A value that the schema allows; ids are mostly ones that exist. */
function allowedValue(name: string, schema: ArgumentSchema, ids: KnownIds): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((choice) => allowedValue(name, choice, ids)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "array":
      return fc.array(allowedValue(name, schema.items ?? {}, ids), { maxLength: 5 });
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 100_000) });
    case "object":
      return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 });
    case "string":
      return knownId(name, ids) ?? fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
    default:
      return fc.constant(null);
  }
}

function knownId(name: string, ids: KnownIds): fc.Arbitrary<string> | undefined {
  if (name === "depends_on" || /task_ids?$/.test(name)) return fc.constantFrom(...ids.task_id, "no-such-task");
  const known = name === "project_id" || name === "session_id" ? ids[name] : undefined;
  return known && fc.constantFrom(...known, "no-such-id");
}

/** Names that no tool has as an argument. */
const strangers = fc.constantFrom("__proto__", "constructor", "hasOwnProperty", "taskid", "", "\ud800", "x".repeat(5_000));

/**
 * Calls of a tool that are right but for a few arguments: derived from its input schema, so that a new tool or argument
 * is tried without a change here.
 */
export function hostileArguments(tool: Tool, ids: KnownIds): fc.Arbitrary<Record<string, unknown>> {
  const published = z.toJSONSchema(tool.input, { io: "input", unrepresentable: "any" });
  const properties = Object.entries((published.properties ?? {}) as Record<string, ArgumentSchema>);
  const required = new Set(published.required ?? []);
  const argument = ([name, schema]: [string, ArgumentSchema]) => {
    const allowed = { arbitrary: allowedValue(name, schema, ids).map((value) => [[name, value]]), weight: 5 };
    const nasty = { arbitrary: nastyValue.map((value) => [[name, value]]), weight: 1 };
    const absent = { arbitrary: fc.constant([]), weight: required.has(name) ? 1 : 8 };
    return fc.oneof<fc.WeightedArbitrary<unknown[][]>[]>(allowed, nasty, absent);
  };
  const stranger = fc.oneof(
    { arbitrary: fc.constant([]), weight: 15 },
    { arbitrary: fc.tuple(strangers, nastyValue).map((entry) => [entry as unknown[]]), weight: 1 },
  );
  return fc
    .tuple(stranger, ...properties.map(argument))
    .map((parts) => Object.fromEntries(parts.flat() as [string, unknown][]));
}
