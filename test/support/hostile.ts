import fc from "fast-check";
import { z } from "zod";
import type { Tool } from "../../src/tools/define.js";

/** Ids that exist on the board under test, so that hostile calls also get past the checks of existence. */
export interface KnownIds {
  project_id: string[];
  task_id: string[];
  session_id: string[];
}

/** Texts that often break programs: paths, reserved names, control characters, invalid Unicode, other languages' code. */
const NASTY_TEXTS = [
  ...["", " ", ".", "..", "/", "a/b", "../../etc/passwd", "__x__", "__proto__", "constructor", "`", "a.b", "\\"],
  ...["\0", "a\0b", "\u001b[2J", "\r\n", "\u202e", "\ufeff", "\ud800", "ok\ud83d", "'; DROP TABLE documents; --"],
  ...["👩‍👩‍👧‍👦", "e\u0301".repeat(150), "😀".repeat(150), "x".repeat(129), "x".repeat(501), "é".repeat(40_001)],
  "x".repeat(300_000),
];

const NASTY_NUMBERS = [0, -0, -1, 1, 201, 1.5, 2 ** 53, -(2 ** 53), 1e308, 5e-324, Number.NaN];

/** Made by JSON.parse, which takes `__proto__` as a key like any other. */
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
  fc.constantFrom<unknown>(null, true, [], {}, [[]], [null], new Array(1_001).fill("x"), new Array(101).fill("a")),
  fc.jsonValue({ maxDepth: 4 }),
);

/** The published schema of one argument, as far as it is used here. */
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
  const noun = /^(project|session)_?id$/i.exec(name)?.[1] as "project" | "session" | undefined;
  const known = noun && ids[`${noun}_id`];
  return known && fc.constantFrom(...known, "no-such-id");
}

/** Names that are no argument of any tool. */
const unknownNames = fc.constantFrom(
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "taskid",
  "",
  "\ud800",
  "x".repeat(5_000),
);

/** The arguments of a tool as published. */
function argumentsOf(tool: Tool): [name: string, schema: ArgumentSchema, required: boolean][] {
  const { properties = {}, required = [] } = z.toJSONSchema(tool.input, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, schema]) => [name, schema as ArgumentSchema, required.includes(name)]);
}

/**
 * Arguments for a tool that are valid but for a few. They are made from its input schema, so that a new tool or argument
 * is covered without a change here.
 */
export function hostileArguments(tool: Tool, ids: KnownIds): fc.Arbitrary<Record<string, unknown>> {
  const argument = ([name, schema, required]: ReturnType<typeof argumentsOf>[number]) => {
    const allowed = { arbitrary: allowedValue(name, schema, ids).map((value) => [[name, value]]), weight: 5 };
    const nasty = { arbitrary: nastyValue.map((value) => [[name, value]]), weight: 1 };
    const absent = { arbitrary: fc.constant<unknown[][]>([]), weight: required ? 1 : 8 };
    return fc.oneof(allowed, nasty, absent);
  };
  const unknown = fc.oneof(
    { arbitrary: fc.constant<unknown[][]>([]), weight: 15 },
    { arbitrary: fc.tuple(unknownNames, nastyValue).map((entry) => [entry as unknown[]]), weight: 1 },
  );
  return fc
    .tuple(unknown, ...argumentsOf(tool).map(argument))
    .map((parts) => Object.fromEntries(parts.flat() as [string, unknown][]));
}

/** Valid values for the required arguments of a tool, always the same. */
export function validArguments(tool: Tool, ids: KnownIds): Record<string, unknown> {
  const seeded = { seed: 1, numRuns: 1 };
  const required = argumentsOf(tool).filter(([, , isRequired]) => isRequired);
  return Object.fromEntries(
    required.map(([name, schema]) => [name, fc.sample(allowedValue(name, schema, ids), seeded)[0]]),
  );
}

/**
 * Arguments with one nasty value of the right type, for each such value and each argument of a tool; the others are valid.
 * Of several arguments with the same schema only the first is tried.
 */
export function nastyArguments(tool: Tool, ids: KnownIds): Record<string, unknown>[] {
  const all = argumentsOf(tool);
  const valid = validArguments(tool, ids);
  const different = [...new Map([...all].reverse().map((each) => [JSON.stringify(each[1]), each])).values()];
  return different.flatMap(([name, schema]) => nastyOfType(schema).map((value) => ({ ...valid, [name]: value })));
}

function nastyOfType(schema: ArgumentSchema): readonly unknown[] {
  if (schema.anyOf) return schema.anyOf.flatMap(nastyOfType);
  if (schema.type === "object") return NASTY_OBJECTS;
  if (schema.type === "integer") return NASTY_NUMBERS;
  if (schema.type === "array") return NASTY_TEXTS.map((text) => [text]);
  return schema.type === "string" && !schema.enum ? NASTY_TEXTS : [];
}
