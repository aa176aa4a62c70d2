import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, startEngine } from "../../../src/embedded/index.js";
import type { Value } from "../../../src/embedded/protocol/types.js";
import { startOfficialEmulator } from "../../support/emulator.js";
import { NO_INDEXES } from "../support/engine.js";
import { type RawClient, rawClient } from "../support/raw.js";
import { double, FROM, int, list, map, NULL, text, where } from "./requests/parts.js";

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

async function fill(raw: RawClient): Promise<void> {
  const values = { ...OPERANDS, ...ARRAYS, "[]": list(), "{}": map({}) };
  const writes = Object.entries(values).map(([name, a]) => ({
    operation: "update" as const,
    update: { name: `${raw.root}/c/${encodeURIComponent(name)}`, fields: { a } },
  }));
  expect((await raw.commit(writes)).code).toBe(0);
}

async function answer(raw: RawClient, op: string, value: Value): Promise<string[]> {
  const outcome = await raw.runQuery({ from: FROM, where: where("a", op, value) });
  if (!("messages" in outcome)) return [`code ${outcome.code}`];
  const names = outcome.messages.flatMap(({ document }) => document?.name?.split("/").at(-1) ?? []);
  return names.map(decodeURIComponent);
}

/** What one store found and the other did not; the lists alone when only their order differs. */
function difference(ours: string[], theirs: string[]): string {
  const more = ours.filter((one) => !theirs.includes(one));
  const missing = theirs.filter((one) => !ours.includes(one));
  if (more.length + missing.length === 0) return `embedded ${ours.join(" ")}, official ${theirs.join(" ")}`;
  return `found too much: ${more.join(" ")}, too little: ${missing.join(" ")}`;
}

describe("the official emulator and the embedded store find the same", () => {
  let emulator: Awaited<ReturnType<typeof startOfficialEmulator>>;
  let engine: Engine;
  beforeAll(async () => {
    emulator = await startOfficialEmulator();
    engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  });
  afterAll(async () => {
    await engine.close();
    if ("stop" in emulator) await emulator.stop();
  });

  it("with every operator and special operand", { timeout: 60_000 }, async (context) => {
    if ("unavailable" in emulator) return context.skip(`official emulator not available: ${emulator.unavailable}`);
    const embedded = rawClient(engine.port, "demo-operands");
    const official = rawClient(Number(emulator.host.split(":")[1]), "demo-operands");
    await Promise.all([fill(embedded), fill(official)]);
    const surprises: string[] = [];
    const left = [...filters()];
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next; next = left.pop()) {
        const [name, op, value] = next;
        const [ours, theirs] = await Promise.all([answer(embedded, op, value), answer(official, op, value)]);
        if (ours.join() !== theirs.join()) surprises.push(`${name}: ${difference(ours, theirs)}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    embedded.close();
    official.close();
    expect(surprises).toEqual([]);
  });
});
