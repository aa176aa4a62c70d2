import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import type { Fields, StructuredQuery, Value } from "../../../src/embedded/encoding/messages.js";
import { type Engine, startEngine } from "../../../src/embedded/index.js";
import { officialEmulator } from "../../support/official-emulator.js";
import { NO_INDEXES } from "../support/engine.js";
import { type RawClient, rawClient } from "../support/raw.js";
import { both, double, FROM, int, list, map, NULL, text, where } from "./requests/parts.js";

/*
 * Every operator with every value that is special to some of them, over documents that hold these values alone, in
 * arrays and in maps. The fuzzer meets few of these pairs.
 */

const NAN = double(Number.NaN);
const vector = (...elements: Value[]): Value => map({ __type__: text("__vector__"), value: list(...elements) });

const SPECIAL: Record<string, Value> = {
  null: NULL,
  NaN: NAN,
  "0": int(0),
  "-0.0": double(-0),
  "0.0": double(0),
  "1": int(1),
  "1.0": double(1),
  Infinity: double(Number.POSITIVE_INFINITY),
  "-Infinity": double(Number.NEGATIVE_INFINITY),
  false: { valueType: "booleanValue", booleanValue: false },
  true: { valueType: "booleanValue", booleanValue: true },
  "''": text(""),
  bytes: { valueType: "bytesValue", bytesValue: Buffer.alloc(0) },
  epoch: { valueType: "timestampValue", timestampValue: { seconds: "0", nanos: 0 } },
  origin: { valueType: "geoPointValue", geoPointValue: { latitude: 0, longitude: 0 } },
  "vector(1)": vector(double(1)),
};

const OPERANDS: Record<string, Value> = {
  ...SPECIAL,
  ...Object.fromEntries(Object.entries(SPECIAL).map(([name, value]) => [`{x: ${name}}`, map({ x: value })])),
};
const ARRAYS = Object.fromEntries(
  Object.entries(SPECIAL)
    .filter(([name]) => !name.startsWith("vector"))
    .map(([name, value]) => [`[${name}]`, list(value)]),
);
const SINGLE = ["EQUAL", "NOT_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL"];

function* filters(): Generator<[string, string, Value]> {
  for (const [name, value] of Object.entries({ ...OPERANDS, ...ARRAYS, "[]": list(), "{}": map({}) }))
    for (const op of SINGLE) yield [`${op} ${name}`, op, value];
  for (const [name, value] of Object.entries(OPERANDS)) yield [`ARRAY_CONTAINS ${name}`, "ARRAY_CONTAINS", value];
  for (const [name, value] of Object.entries({ ...OPERANDS, ...ARRAYS }))
    for (const op of ["IN", "NOT_IN", "ARRAY_CONTAINS_ANY"]) {
      yield [`${op} ${name}`, op, list(value)];
      if (name in SPECIAL) yield [`${op} ${name}, 1`, op, list(value, int(1))];
    }
}

const DOCUMENTS = Object.fromEntries(
  Object.entries({ ...OPERANDS, ...ARRAYS, "[]": list(), "{}": map({}) }).map(([name, a]) => [
    `c/${encodeURIComponent(name)}`,
    { a },
  ]),
);

async function fill(raw: RawClient, documents: Record<string, Fields>): Promise<void> {
  const writes = Object.entries(documents).map(([path, fields]) => ({
    operation: "update" as const,
    update: { name: `${raw.root}/${path}`, fields },
  }));
  expect((await raw.commit(writes)).code).toBe(0);
}

async function answer(raw: RawClient, structuredQuery: StructuredQuery, parent = raw.root): Promise<string[]> {
  const outcome = await raw.runQuery(structuredQuery, parent);
  if (!("messages" in outcome)) return [`code ${outcome.code}`];
  const names = outcome.messages.flatMap(({ document }) => document?.name?.slice(raw.root.length + 1) ?? []);
  return names.map(decodeURIComponent);
}

/** Two fields, as paths and in documents; results are ordered by the first before the second. */
const IN_ORDER: [string, string, (first: Value, second: Value) => Fields][] = [
  ["a", "`z-1`", (a, z) => ({ a, "z-1": z })],
  ["a.b", "`a-b`", (b, a) => ({ a: map({ b }), "a-b": a })],
  ["a.c", "`a.b`", (c, a) => ({ a: map({ c }), "a.b": a })],
  ["z", "`é`", (z, é) => ({ z, é })],
  ["`1`", "_", (one, _) => ({ 1: one, _ })],
  ["`\uffff`", "`\u{10000}`", (a, b) => ({ "\uffff": a, "\u{10000}": b })],
];

/** What one store found and the other did not; the lists alone when only their order differs. */
function difference(ours: string[], theirs: string[]): string {
  const more = ours.filter((one) => !theirs.includes(one));
  const missing = theirs.filter((one) => !ours.includes(one));
  if (more.length + missing.length === 0) return `embedded ${ours.join(" ")}, official ${theirs.join(" ")}`;
  return `found too much: ${more.join(" ")}, too little: ${missing.join(" ")}`;
}

describe("the official emulator and the embedded store find the same", () => {
  const emulator = officialEmulator();
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, createIndexes: true });
  });
  afterAll(async () => {
    await engine.close();
  });

  /** Clients of both stores, which hold the same documents. */
  async function connect(context: TestContext, documents: Record<string, Fields>): Promise<[RawClient, RawClient]> {
    if ("unavailable" in emulator) return context.skip(emulator.unavailable);
    const embedded = rawClient(engine.port, "demo-operands");
    const official = rawClient(emulator.port, "demo-operands");
    onTestFinished(() => {
      for (const client of [embedded, official]) client.close();
    });
    await Promise.all([fill(embedded, documents), fill(official, documents)]);
    return [embedded, official];
  }

  it("with every operator and special operand", { timeout: 180_000 }, async (context) => {
    const [embedded, official] = await connect(context, DOCUMENTS);
    const surprises: string[] = [];
    const left = [...filters()];
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next; next = left.pop()) {
        const [name, op, value] = next;
        const query = { from: FROM, where: where("a", op, value) };
        const [ours, theirs] = await Promise.all([answer(embedded, query), answer(official, query)]);
        if (ours.join() !== theirs.join()) surprises.push(`${name}: ${difference(ours, theirs)}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(surprises).toEqual([]);
  });

  it("below a document, which is not below itself", async (context) => {
    const paths = ["g/a", "g/a/g/b", "g/a/g/b/g/c", "g/a/h/d", "g/ab", "g/ab/g/f"];
    const clients = await connect(context, Object.fromEntries(paths.map((path) => [path, { v: int(1) }])));
    const selectors = { g: "g/a/g/b g/a/g/b/g/c", "": "g/a/g/b g/a/g/b/g/c g/a/h/d" };
    for (const [collectionId, expected] of Object.entries(selectors)) {
      const query = { from: [{ collectionId, allDescendants: true }] };
      for (const raw of clients) expect((await answer(raw, query, `${raw.root}/g/a`)).join(" ")).toBe(expected);
    }
  });

  it("in the order of the fields of several inequalities", async (context) => {
    const documents = IN_ORDER.flatMap(([, , fields], n): [string, Fields][] => [
      [`o${n}/x`, fields(int(2), int(1))],
      [`o${n}/y`, fields(int(1), int(2))],
    ]);
    const clients = await connect(context, Object.fromEntries(documents));
    for (const [n, [first, second]] of IN_ORDER.entries()) {
      const filter = both("AND", where(second, "GREATER_THAN", int(0)), where(first, "GREATER_THAN", int(0)));
      const query = { from: [{ collectionId: `o${n}` }], where: filter };
      for (const raw of clients) expect(await answer(raw, query), `${first} ${second}`).toEqual([`o${n}/y`, `o${n}/x`]);
    }
  });
});
