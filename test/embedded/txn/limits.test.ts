import { afterAll, beforeAll, expect, it } from "vitest";
import type { Value, Write } from "../../../src/embedded/encoding/messages.js";
import { startTestStore, type TestStore } from "../support/engine.js";
import { type RawClient, rawClient } from "../support/raw.js";

/* Documented limits that the official emulator does not keep: https://firebase.google.com/docs/firestore/quotas. */

let store: TestStore;
let raw: RawClient;
beforeAll(async () => {
  store = await startTestStore();
  raw = rawClient(store.engine.port, "demo-limits");
});
afterAll(async () => {
  raw.close();
  await store.close();
});

const MIB = 1_048_576;
const set = (id: string, a: Value): Write => ({
  operation: "update",
  update: { name: `${raw.root}/c/${id}`, fields: { a } },
});
const bytes = (size: number): Value => ({ valueType: "bytesValue", bytesValue: Buffer.alloc(size) });
const integers = (count: number): Value => ({
  valueType: "arrayValue",
  arrayValue: {
    values: Array.from({ length: count }, (_, n) => ({ valueType: "integerValue", integerValue: String(n) })),
  },
});
const fields = (count: number): Value => ({
  valueType: "mapValue",
  mapValue: {
    fields: Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`f${n}`, { valueType: "booleanValue", booleanValue: true }]),
    ),
  },
});
const transforms = (count: number): Write => ({
  operation: "update",
  update: { name: `${raw.root}/c/transformed`, fields: {} },
  updateTransforms: Array.from({ length: count }, (_, n) => ({
    fieldPath: `f${n}`,
    transformType: "increment",
    increment: { valueType: "integerValue", integerValue: "1" },
  })),
});
const refused = (words: RegExp) => ({ code: 3, message: expect.stringMatching(words) });

it("a commit holds at most 10 MiB", async () => {
  const documents = (count: number) => Array.from({ length: count }, (_, n) => set(`large${n}`, bytes(0.99 * MIB)));
  expect(await raw.commit(documents(10))).toMatchObject({ code: 0 });
  expect(await raw.commit(documents(11))).toMatchObject(refused(/over the limit of 10485760 bytes/));
});

it("a document has at most 1 MiB, its name and field names included", async () => {
  const room = MIB - (16 + "c".length + 1 + "full".length + 1) - ("a".length + 1) - 32;
  expect(await raw.commit([set("full", bytes(room))])).toMatchObject({ code: 0 });
  expect(await raw.commit([set("full", bytes(room + 1))])).toMatchObject(refused(/1048577 bytes/));
});

it("a document has at most 500 transforms in a commit", async () => {
  expect(await raw.commit([transforms(500)])).toMatchObject({ code: 0 });
  expect(await raw.commit([transforms(501)])).toMatchObject(refused(/At most 500/));
});

it("a document has at most 40,000 index entries, and one that has more leaves nothing behind", async () => {
  expect(await raw.commit([set("many", integers(40_000))])).toMatchObject({ code: 0 });
  expect(await raw.commit([set("more", integers(40_001))])).toMatchObject(refused(/40000 index entries/));
  expect(await raw.call("GetDocument", { name: `${raw.root}/c/more` })).toMatchObject({ code: 5 });
  // A value has an entry for each direction.
  expect(await raw.commit([set("wide", fields(20_000))])).toMatchObject({ code: 0 });
  expect(await raw.commit([set("wider", fields(20_001))])).toMatchObject(refused(/40000 index entries/));
});
