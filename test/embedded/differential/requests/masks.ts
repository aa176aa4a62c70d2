import type { Value, Write } from "../../../../src/embedded/encoding/messages.js";
import { int, list, map, type RequestCase, write } from "./parts.js";

const increment = (fieldPath: string) => ({ fieldPath, transformType: "increment" as const, increment: int(1) });
const update = (name: string, rest: Partial<Write>, fields: Record<string, Value> = {}): RequestCase =>
  write(name, (raw) => [{ operation: "update", update: { name: `${raw.root}/w/m`, fields }, ...rest }]);
const masked = (name: string, ...fieldPaths: string[]): RequestCase =>
  update(`mask ${name}`, { updateMask: { fieldPaths } });
const transformed = (name: string, ...paths: string[]): RequestCase =>
  update(`transforms ${name}`, { updateTransforms: paths.map(increment) });
const long = (size: number): string => "n".repeat(size);
const nested = (outer: number, inner: number): Record<string, Value> => ({
  [long(outer)]: map({ [long(inner)]: int(1) }),
});

/** Reads with a mask, of a document, a missing one, several, none and a list. */
const readMasks = ["__name__", "__foo__", "a.__b__", "a.__name__", "__name__.a", "a..b", "", "`", "a.`b`", "*", "a.a"];
const readsWith = (fieldPath: string): RequestCase[] => {
  const mask = { fieldPaths: [fieldPath] };
  const get = (id: string): RequestCase => ({
    name: `get of c/${id} with mask ${fieldPath}`,
    send: (raw) => raw.call("GetDocument", { name: `${raw.root}/c/${id}`, mask }),
  });
  const batchGet = (...ids: string[]): RequestCase => ({
    name: `batch get of ${ids} with mask ${fieldPath}`,
    send: (raw) =>
      raw.call("BatchGetDocuments", {
        database: raw.database,
        documents: ids.map((id) => `${raw.root}/c/${id}`),
        mask,
      }),
  });
  const listOf = (collectionId: string): RequestCase => ({
    name: `list of ${collectionId} with mask ${fieldPath}`,
    send: (raw) => raw.call("ListDocuments", { parent: raw.root, collectionId, mask }),
  });
  return [get("a"), get("none"), batchGet("a"), batchGet("none"), batchGet(), listOf("c"), listOf("nothing")];
};

/** Masks and field paths at and over the rules. */
export const masks: RequestCase[] = [
  ...readMasks.flatMap(readsWith),
  ...readsWith(`${long(700)}.${long(801)}`),
  masked("of a name of 1,499 bytes", long(1_499)),
  masked("of a name of 1,500 bytes", long(1_500)),
  masked("of a path of 1,499 bytes", `${long(700)}.${long(798)}`),
  masked("of a path of 1,501 bytes", `${long(700)}.${long(800)}`),
  masked("of a quoted path of 1,499 bytes", `\`${long(700)} \`.${long(797)}`),
  masked("of the name", "__name__"),
  masked("below the name", "__name__.a"),
  masked("of __proto__", "__proto__"),
  transformed("of the name", "__name__"),
  transformed("of __proto__", "__proto__"),
  transformed("of a path of 1,500 bytes", `${long(700)}.${long(799)}`),
  transformed("of a path of 1,501 bytes", `${long(700)}.${long(800)}`),
  transformed("of a field and one in it", "a", "a.b"),
  transformed("of a field and the one around it", "a.b", "c", "a"),
  transformed("of a field twice, and one in it", "a", "a", "a.b"),
  transformed("of two fields of one map", "a.b", "a.c"),
  transformed("of names that start alike", "a", "ab", "`a.b`", "`a b`"),
  write("transforms of a field and one in it, in two writes", (raw) =>
    ["a", "a.b"].map((path) => ({
      operation: "update",
      update: { name: `${raw.root}/w/m` },
      updateTransforms: [increment(path)],
    })),
  ),
  write("transform operation of a field and one in it", (raw) => [
    {
      operation: "transform",
      transform: { document: `${raw.root}/w/m`, fieldTransforms: [increment("a"), increment("a.b")] },
    },
  ]),
  update("stored path of 1,500 bytes", {}, nested(700, 799)),
  update("stored path of 1,501 bytes", {}, nested(700, 800)),
  update("stored path of 1,501 bytes in three names", {}, { [long(1_497)]: map({ n: map({ n: int(1) }) }) }),
  update("stored path of 1,501 bytes to an empty map", {}, { [long(700)]: map({ [long(800)]: map({}) }) }),
  update("stored path of 1,500 bytes in an array", {}, { [long(700)]: list(int(1), map({ [long(799)]: int(1) })) }),
  update("stored path of 1,501 bytes in an array", {}, { [long(700)]: list(int(1), map({ [long(800)]: int(1) })) }),
  update("stored path of 1,501 bytes below an array", {}, { a: list(map(nested(700, 798))) }),
];
