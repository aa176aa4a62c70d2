import { expect } from "vitest";
import type { Document, Fields, FieldTransform, Value } from "../../../src/embedded/encoding/messages.js";
import { double, int, list, map, text } from "../differential/requests/parts.js";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { type RawClient, rawClient } from "../support/raw.js";

/* What masks, projections and transforms make of a document, by raw gRPC, the same from both stores. */

function open(port: number): OpenClient<RawClient> {
  const client = rawClient(port, "demo-masks", "owner");
  return { client, close: async () => client.close() };
}

const vector = map({ __type__: text("__vector__"), value: list(double(1), double(2)) });

async function replace(raw: RawClient, fields: Fields): Promise<void> {
  expect(await raw.commit([{ operation: "update", update: { name: `${raw.root}/m/x`, fields } }])).toMatchObject({
    code: 0,
  });
}

async function stored(raw: RawClient, fieldPaths?: string[]): Promise<Fields> {
  const mask = fieldPaths ? { mask: { fieldPaths } } : {};
  const name = `${raw.root}/m/x`;
  const outcome = await raw.call<Document>("GetDocument", { name, ...mask });
  const batch = await raw.call<{ found?: Document }>("BatchGetDocuments", {
    database: raw.root.split("/documents")[0],
    documents: [name],
    ...mask,
  });
  if (!("messages" in outcome) || !("messages" in batch)) throw new Error("the document cannot be read");
  const fields = outcome.messages[0]?.fields ?? {};
  expect(batch.messages[0]?.found?.fields ?? {}).toEqual(fields);
  return fields;
}

async function selected(raw: RawClient, fieldPaths: string[]): Promise<Fields> {
  const select = { fields: fieldPaths.map((fieldPath) => ({ fieldPath })) };
  const outcome = await raw.runQuery({ from: [{ collectionId: "m" }], select });
  if (!("messages" in outcome)) throw new Error(outcome.message);
  return outcome.messages[0]?.document?.fields ?? {};
}

async function batched(raw: RawClient, fieldPaths: string[]): Promise<Fields> {
  const database = raw.root.slice(0, -"/documents".length);
  const request = { database, documents: [`${raw.root}/m/x`], mask: { fieldPaths } };
  const outcome = await raw.call<{ found?: Document }>("BatchGetDocuments", request);
  if (!("messages" in outcome)) throw new Error(outcome.message);
  return outcome.messages[0]?.found?.fields ?? {};
}

/** What becomes of `before` when the fields of a mask are taken over from `given`. */
async function masked(raw: RawClient, before: Fields, fieldPaths: string[], given: Fields): Promise<Fields> {
  await replace(raw, before);
  const update = { name: `${raw.root}/m/x`, fields: given };
  const outcome = await raw.commit([{ operation: "update", update, updateMask: { fieldPaths } }]);
  expect(outcome).toMatchObject({ code: 0 });
  return stored(raw);
}

async function transformed(raw: RawClient, before: Fields, transform: FieldTransform): Promise<Fields> {
  await replace(raw, before);
  const write = { document: `${raw.root}/m/x`, fieldTransforms: [transform] };
  expect(await raw.commit([{ operation: "transform", transform: write }])).toMatchObject({ code: 0 });
  return stored(raw);
}

describeBothStores(open, (onStore) => {
  onStore(
    "no path leads into a vector: below it a map takes its place, and nothing is there to delete",
    async (raw) => {
      const v = vector;
      const below = (fields: Fields): Fields => ({ v: map(fields) });
      const cases: [string, Fields, Value][] = [
        ["v.x", below({ x: int(1) }), map({ x: int(1) })],
        ["v.value", below({ value: list(text("s")) }), map({ value: list(text("s")) })],
        ["v.value.x", below({ value: map({ x: int(1) }) }), map({ value: map({ x: int(1) }) })],
        ["v.value", {}, v],
        ["v.x", {}, v],
        ["v.value", { v }, v],
      ];
      for (const [path, given, expected] of cases) {
        expect(await masked(raw, { v }, [path], given), path).toEqual({ v: expected });
        const deep = await masked(raw, { n: map({ v }) }, [`n.${path}`], { n: map(given) });
        expect(deep, `n.${path}`).toEqual({ n: map({ v: expected }) });
      }
      const increment = (fieldPath: string) => ({ fieldPath, transformType: "increment" as const, increment: int(1) });
      expect(await transformed(raw, { v }, increment("v.x"))).toEqual(below({ x: int(1) }));
      expect(await transformed(raw, { v }, increment("v.value"))).toEqual(below({ value: int(1) }));
    },
  );

  onStore("no path chooses a part of a vector", async (raw) => {
    const whole = { n: map({ v: vector, k: int(1) }), v: vector };
    await replace(raw, whole);
    const cases: [string[], Fields][] = [
      [["v.value"], {}],
      [["v.x"], {}],
      [["n.v.value"], {}],
      [["n.v.value", "n.v"], { n: map({ v: vector }) }],
      [["n", "n.v.value"], { n: whole.n }],
      [["n.k", "n", "v.value", "v"], whole],
    ];
    for (const [paths, expected] of cases) {
      expect(await selected(raw, paths), paths.join()).toEqual(expected);
      expect(await stored(raw, paths), paths.join()).toEqual(expected);
    }
  });

  onStore("masks whose paths lie below each other", async (raw) => {
    const before = { a: map({ b: int(1), c: int(2), d: map({ e: int(3) }) }), x: int(4) };
    const given = { a: map({ b: int(5), d: map({ f: int(6) }) }) };
    const cases: [string[], Fields][] = [
      [["a", "a.b"], { ...given, x: int(4) }],
      [["a.b", "a"], { ...given, x: int(4) }],
      [["a.b", "a.c"], { a: map({ b: int(5), d: map({ e: int(3) }) }), x: int(4) }],
      [["a.d.f", "a.d.e"], { a: map({ b: int(1), c: int(2), d: map({ f: int(6) }) }), x: int(4) }],
      [["x", "x.y", "a.d"], { a: map({ b: int(1), c: int(2), d: map({ f: int(6) }) }) }],
    ];
    for (const [paths, expected] of cases) {
      expect(await masked(raw, before, paths, given), paths.join()).toEqual(expected);
    }
  });

  onStore("whole fields are given as they are, whatever their names and sizes", async (raw) => {
    const fields: Fields = {
      s: text("s"),
      empty: text(""),
      "a.b": int(1),
      "`": int(2),
      日本: text("日".repeat(100)),
      long: text("x".repeat(20_000)),
      m: map({ s: text("inner"), long: list(text("y".repeat(200))) }),
      v: vector,
    };
    await replace(raw, fields);
    const quoted: Record<string, string> = { "a.b": "`a.b`", "`": "`\\``", 日本: "`日本`" };
    for (const names of [
      ["s"],
      ["a.b", "`"],
      ["日本", "missing"],
      ["long", "v", "m"],
      ["missing"],
      Object.keys(fields),
    ]) {
      const paths = names.map((name) => quoted[name] ?? name);
      const expected = Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
      expect(await selected(raw, paths), names.join()).toEqual(expected);
      expect(await batched(raw, paths), names.join()).toEqual(expected);
      expect(await stored(raw, paths), names.join()).toEqual(expected);
    }
  });
});
