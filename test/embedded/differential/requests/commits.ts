import type { Document, Value, Write } from "../../../../src/embedded/encoding/messages.js";
import { double, int, list, map, type RequestCase, text, write } from "./parts.js";

const setFields = (name: string, fields: Record<string, Value>): RequestCase =>
  write(name, (raw) => [{ operation: "update", update: { name: `${raw.root}/w/x`, fields } }]);
const setId = (name: string, path: string): RequestCase =>
  write(name, (raw) => [{ operation: "update", update: { name: `${raw.root}/${path}`, fields: {} } }]);
const EXISTS: Partial<Write> = { currentDocument: { conditionType: "exists", exists: true } };
const verify = (name: string, { verify: path = "c/a", ...rest }: Partial<Write>): RequestCase =>
  write(`verify ${name}`, (raw) => [{ operation: "verify", verify: `${raw.root}/${path}`, ...rest }]);
const nestedMaps = (depth: number): Value => (depth === 0 ? int(1) : map({ a: nestedMaps(depth - 1) }));
const time = (seconds: string, nanos = 0): Value => ({
  valueType: "timestampValue",
  timestampValue: { seconds, nanos },
});
const geo = (latitude: number, longitude: number): Value => ({
  valueType: "geoPointValue",
  geoPointValue: { latitude, longitude },
});

/** A commit of writes that all ask for the update time that their document has. */
const timed = (name: string, make: (document: string) => Write[]): RequestCase => ({
  name: `commit ${name} of the document's update time`,
  async send(raw) {
    const document = `${raw.root}/w/${name}`;
    await raw.commit([{ operation: "update", update: { name: document, fields: { a: int(1) } } }]);
    const found = await raw.call<Document>("GetDocument", { name: document });
    const updateTime = "messages" in found ? (found.messages[0]?.updateTime ?? {}) : {};
    const currentDocument = { conditionType: "updateTime" as const, updateTime };
    return raw.commit(make(document).map((one) => ({ ...one, currentDocument })));
  },
});
const replace = (name: string, n: number): Write => ({ operation: "update", update: { name, fields: { a: int(n) } } });
const remove = (name: string): Write => ({ operation: "delete", delete: name });
const INCREMENT = { fieldPath: "a", transformType: "increment", increment: int(1) } as const;
const transform = (document: string): Write => ({
  operation: "transform",
  transform: { document, fieldTransforms: [INCREMENT] },
});
const deep = (segments: number): string => Array.from({ length: segments }, (_, index) => `s${index}`).join("/");

const setReference = (name: string, path: string): RequestCase =>
  write(`reference to ${name}`, (raw) => [
    {
      operation: "update",
      update: {
        name: `${raw.root}/w/x`,
        fields: { a: { valueType: "referenceValue", referenceValue: `${raw.root}/${path}` } },
      },
    },
  ]);

/** Writes and transactions at and over the limits. */
export const commits: RequestCase[] = [
  timed("two deletes", (name) => [remove(name), remove(name)]),
  timed("two updates", (name) => [replace(name, 2), replace(name, 3)]),
  timed("an update and a delete", (name) => [replace(name, 2), remove(name)]),
  timed("a delete and an update", (name) => [remove(name), replace(name, 2)]),
  write("of nothing", () => []),
  verify("without a precondition", {}),
  verify("of an update time", { currentDocument: { conditionType: "updateTime", updateTime: { seconds: "5" } } }),
  verify("with a mask", { ...EXISTS, updateMask: { fieldPaths: ["a"] } }),
  verify("with a transform", {
    ...EXISTS,
    updateTransforms: [{ fieldPath: "a", transformType: "increment", increment: int(1) }],
  }),
  verify("of a collection", { ...EXISTS, verify: "w" }),
  verify("of an id __x__", { ...EXISTS, verify: "w/__x__" }),
  setFields("array in array", { a: list(list(int(1))) }),
  setFields("array in map in array", { a: list(map({ b: list(int(1)) })) }),
  setFields("reserved name", { __a__: int(1) }),
  setFields("reserved name inside a map", { a: map({ __a__: int(1) }) }),
  setFields("name field", { __name__: int(1) }),
  setFields("empty name", { "": int(1) }),
  setFields("half-reserved name", { __a: int(1) }),
  setFields("name of underscores", { ____: int(1) }),
  setFields("name with a dot", { "a.b": int(1) }),
  setFields("name with a slash", { "a/b": int(1) }),
  setFields("long name", { ["n".repeat(1500)]: int(1) }),
  setFields("too long name", { ["n".repeat(1501)]: int(1) }),
  setFields("20 levels", { a: nestedMaps(19) }),
  setFields("21 levels", { a: nestedMaps(20) }),
  setFields("22 levels", { a: nestedMaps(21) }),
  setFields("first second", { a: time("-62135596800") }),
  setFields("before the first second", { a: time("-62135596801") }),
  setFields("last second", { a: time("253402300799", 999_999_999) }),
  setFields("after the last second", { a: time("253402300800") }),
  setFields("negative nanos", { a: time("1", -1) }),
  setFields("latitude 91", { a: geo(91, 0) }),
  setFields("longitude 181", { a: geo(0, 181) }),
  setFields("latitude NaN", { a: geo(Number.NaN, 0) }),
  setFields("reference to a collection", {
    a: { valueType: "referenceValue", referenceValue: "projects/p/databases/(default)/documents/c" },
  }),
  setFields("reference to nonsense", { a: { valueType: "referenceValue", referenceValue: "nonsense" } }),
  setFields("reference elsewhere", {
    a: { valueType: "referenceValue", referenceValue: "projects/p/databases/d/documents/c/a" },
  }),
  setFields("a little below 1 MiB", { a: text("x".repeat(1_048_400)) }),
  setFields("1 MiB", { a: text("x".repeat(1_048_576)) }),
  setFields("vector", { a: map({ __type__: text("__vector__"), value: list(double(1), double(2)) }) }),
  setFields("other type map", { a: map({ __type__: text("x"), value: list(double(1), double(2)) }) }),
  setId("id .", "w/."),
  setId("id ..", "w/.."),
  setId("id __x__", "w/__x__"),
  setId("id __id7__", "w/__id7__"),
  setId("collection id __id7__", "__id7__/x"),
  setId("collection id __id7__ further down", "w/x/__id7__/x"),
  setId("id __id0__", "w/__id0__"),
  setId("id __id-7__", "w/__id-7__"),
  setId("id __id99999999999999999999__", "w/__id99999999999999999999__"),
  setId("collection __x__", "__x__/a"),
  setId("a collection", "w"),
  setId("empty id", "w/"),
  setId("id of 1500 bytes", `w/${"i".repeat(1500)}`),
  setId("id of 1501 bytes", `w/${"i".repeat(1501)}`),
  setId("path of 51 collections", deep(102)),
  setId("path of 100 collections", deep(200)),
  setId("path of 101 collections", deep(202)),
  write("transform of a path of 101 collections", (raw) => [transform(`${raw.root}/${deep(202)}`)]),
  write("delete of a path of 101 collections", (raw) => [remove(`${raw.root}/${deep(202)}`)]),
  verify("of a path of 101 collections", {
    verify: deep(202),
    currentDocument: { conditionType: "exists", exists: false },
  }),
  setReference("an id of 1501 bytes", `w/${"i".repeat(1501)}`),
  setReference("a reserved id", "w/__x__"),
  setReference("a numeric id", "w/__id7__"),
  setReference("a dot", "w/."),
  setReference("a path of 100 collections", deep(200)),
  setReference("a path of 101 collections", deep(202)),
  write("in another database", () => [
    { operation: "update", update: { name: "projects/other/databases/(default)/documents/w/x", fields: {} } },
  ]),
  write("without operation", () => [{}]),
  write("mask with reserved field", (raw) => [
    { operation: "update", update: { name: `${raw.root}/w/x`, fields: {} }, updateMask: { fieldPaths: ["__x__"] } },
  ]),
  write("mask with bad path", (raw) => [
    { operation: "update", update: { name: `${raw.root}/w/x`, fields: {} }, updateMask: { fieldPaths: ["a."] } },
  ]),
  write("mask twice", (raw) => [
    { operation: "update", update: { name: `${raw.root}/w/x`, fields: {} }, updateMask: { fieldPaths: ["a", "a"] } },
  ]),
  write("mask with overlap", (raw) => [
    { operation: "update", update: { name: `${raw.root}/w/x`, fields: {} }, updateMask: { fieldPaths: ["a", "a.b"] } },
  ]),
  write("field outside the mask", (raw) => [
    {
      operation: "update",
      update: { name: `${raw.root}/w/x`, fields: { b: int(1) } },
      updateMask: { fieldPaths: ["a"] },
    },
  ]),
  write("transform of a text increment", (raw) => [
    {
      operation: "update",
      update: { name: `${raw.root}/w/x`, fields: {} },
      updateTransforms: [{ fieldPath: "a", transformType: "increment", increment: text("x") }],
    },
  ]),
  write("two transforms of one field", (raw) => [
    {
      operation: "update",
      update: { name: `${raw.root}/w/x`, fields: {} },
      updateTransforms: [
        { fieldPath: "a", transformType: "increment", increment: int(1) },
        { fieldPath: "a", transformType: "increment", increment: int(1) },
      ],
    },
  ]),
  write("transform without type", (raw) => [
    { operation: "update", update: { name: `${raw.root}/w/x`, fields: {} }, updateTransforms: [{ fieldPath: "a" }] },
  ]),
  write("transform of a delete", (raw) => [{ ...remove(`${raw.root}/w/x`), updateTransforms: [INCREMENT] }]),
  write("delete with a mask", (raw) => [{ ...remove(`${raw.root}/w/x`), updateMask: { fieldPaths: ["a"] } }]),
  write("delete with an empty mask", (raw) => [{ ...remove(`${raw.root}/w/x`), updateMask: {} }]),
  write("transform operation", (raw) => [transform(`${raw.root}/w/x`)]),
  write("transform operation with a mask", (raw) => [{ ...transform(`${raw.root}/w/x`), updateMask: {} }]),
  write("transform operation with transforms beside it", (raw) => [
    { ...transform(`${raw.root}/w/x`), updateTransforms: [INCREMENT] },
  ]),
  write("transform operation of no field", (raw) => [
    { operation: "transform", transform: { document: `${raw.root}/w/x` } },
  ]),
  write("with an old update time", (raw) => [
    {
      operation: "update",
      update: { name: `${raw.root}/pre/a`, fields: {} },
      currentDocument: { conditionType: "updateTime", updateTime: { seconds: "5" } },
    },
  ]),
  write("with an update time of a missing document", (raw) => [
    {
      operation: "update",
      update: { name: `${raw.root}/pre/none`, fields: {} },
      currentDocument: { conditionType: "updateTime", updateTime: { seconds: "5" } },
    },
  ]),
  write("delete with an old update time", (raw) => [
    {
      operation: "delete",
      delete: `${raw.root}/pre/a`,
      currentDocument: { conditionType: "updateTime", updateTime: { seconds: "5" } },
    },
  ]),
  write("delete of a missing document with an update time", (raw) => [
    {
      operation: "delete",
      delete: `${raw.root}/pre/none`,
      currentDocument: { conditionType: "updateTime", updateTime: { seconds: "5" } },
    },
  ]),
  { name: "commit of an unknown transaction", send: (raw) => raw.commit([], Buffer.from("nonsense")) },
  {
    name: "rollback of an unknown transaction",
    send: (raw) => raw.call("Rollback", { database: raw.database, transaction: Buffer.from("nonsense") }),
  },
  { name: "rollback without transaction", send: (raw) => raw.call("Rollback", { database: raw.database }) },
  { name: "commit without database", send: (raw) => raw.call("Commit", { writes: [] }) },
];
