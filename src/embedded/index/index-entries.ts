import { ByteWriter } from "../encoding/byte-writer.js";
import type { FieldPath } from "../encoding/field-path.js";
import { formatFieldPath } from "../encoding/field-path.js";
import { fieldAt } from "../encoding/fields.js";
import type { Fields, Value } from "../encoding/messages.js";
import { encodeValue, mapFields, writeValue } from "../encoding/ordered-encoding.js";
import { lastSegment, type ResourcePath, writeSegment, writeSegments } from "../encoding/resource-path.js";
import {
  type CompiledIndex,
  containsIndexName,
  type FieldMode,
  fieldIndexName,
  type IndexDefinitions,
  NAME_INDEX,
  type QueryScope,
} from "./index-definitions.js";

/*
 * A key of the entries table: scope (4 bytes), index (4 bytes), encoded values, encoded document name. Entries of one
 * index are thus together, in the order of their values and then of the names; `desc` parts have their bits inverted.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */

/** An index entry of a document, before its scope and index have numbers. */
export interface Entry {
  scope: QueryScope | "database";
  index: string;
  /** Encoded values and name. */
  tail: Buffer;
  /**
   * How many of the index entries that Firestore allows a document it stands for: one here serves both directions, and
   * those of names, maps and whole arrays do not count:
   * https://firebase.google.com/docs/firestore/query-data/index-overview#automatic_indexing.
   */
  counts: number;
}

/** All index entries of a document under the given rules. */
export function entriesOf(rules: IndexDefinitions, path: ResourcePath, fields: Fields): Entry[] {
  const group = path.segments.at(-2) ?? "";
  const names = { collection: nameTail(path, "collection"), group: nameTail(path, "group") };
  const entries: Entry[] = [
    { scope: "collection", index: NAME_INDEX, tail: names.collection, counts: 0 },
    { scope: "group", index: NAME_INDEX, tail: names.group, counts: 0 },
    { scope: "database", index: NAME_INDEX, tail: names.group, counts: 0 },
  ];
  addFieldEntries(entries, rules, group, names, [], fields);
  for (const index of rules.composites(group)) entries.push(...compositeEntries(index, path, fields));
  return entries;
}

/** The entries of a document in one composite index: none when a field is missing. */
export function compositeEntries(index: CompiledIndex, path: ResourcePath, fields: Fields): Entry[] {
  let tails: Buffer[] = [Buffer.alloc(0)];
  for (const { path: fieldPath, mode } of index.fields) {
    const value = fieldAt(fields, fieldPath);
    if (!value) return [];
    const parts = mode === "contains" ? distinctElements(value) : [encodeValue(value)];
    tails = tails.flatMap((tail) => parts.map((part) => Buffer.concat([tail, inDirection(part, mode)])));
  }
  const name = inDirection(nameTail(path, index.scope), index.nameDirection);
  const { scope, name: indexName } = index;
  return tails.map((tail) => ({ scope, index: indexName, tail: Buffer.concat([tail, name]), counts: 1 }));
}

/** The bytes of an encoded part in an index of the given mode. */
export function inDirection(part: Buffer, mode: FieldMode): Buffer {
  if (mode !== "desc") return part;
  const out = new ByteWriter();
  out.bytes(part);
  out.invert(0);
  return out.finish();
}

/** The name that ends an entry: inside a collection the id is enough, elsewhere it takes the whole path. */
export function nameTail(path: ResourcePath, scope: QueryScope | "database"): Buffer {
  const out = new ByteWriter();
  if (scope === "collection") writeSegment(out, lastSegment(path));
  else writeSegments(out, path.segments);
  return out.finish();
}

/** The bytes that all keys of one index in one scope start with. */
export function keyBase(scope: number, index: number): Buffer {
  const base = Buffer.allocUnsafe(8);
  base.writeUInt32BE(scope, 0);
  base.writeUInt32BE(index, 4);
  return base;
}

function addFieldEntries(
  entries: Entry[],
  rules: IndexDefinitions,
  group: string,
  names: Record<QueryScope, Buffer>,
  above: FieldPath,
  fields: Fields,
): void {
  for (const [name, value] of Object.entries(fields)) {
    const path = [...above, name];
    const rule = rules.field(group, path);
    for (const scope of ["collection", "group"] as const) {
      const modes = rule[scope];
      if (modes.has("asc") || modes.has("desc")) {
        const index = fieldIndexName(formatFieldPath(path));
        entries.push({ scope, index, tail: fieldTail(value, names[scope]), counts: directionsOf(value, modes) });
      }
      if (modes.has("contains")) {
        const index = containsIndexName(formatFieldPath(path));
        for (const part of distinctElements(value))
          entries.push({ scope, index, tail: Buffer.concat([part, names[scope]]), counts: 1 });
      }
    }
    const inner = mapFields(value);
    if (inner) addFieldEntries(entries, rules, group, names, path, inner);
  }
}

function directionsOf(value: Value, modes: ReadonlySet<FieldMode>): number {
  if (value.valueType === "arrayValue" || value.valueType === "mapValue") return 0;
  return Number(modes.has("asc")) + Number(modes.has("desc"));
}

function fieldTail(value: Value, name: Buffer): Buffer {
  const out = new ByteWriter();
  writeValue(out, value);
  out.bytes(name);
  return out.finish();
}

function distinctElements(value: Value): Buffer[] {
  if (value.valueType !== "arrayValue") return [];
  const parts = new Map<string, Buffer>();
  for (const element of value.arrayValue.values ?? []) {
    const part = encodeValue(element);
    parts.set(part.toString("latin1"), part);
  }
  return [...parts.values()];
}
