import protobuf from "protobufjs";
import type { FieldPath } from "./field-path.js";
import { projectFields } from "./fields.js";
import { deserializeFields, serializeFields } from "./protobuf.js";

/**
 * The given fields alone of a document as it is stored, also as bytes: what `projectFields` gives of the decoded ones.
 * Long texts that are left out are passed over, and what is chosen is copied: only a map of which some fields are
 * chosen is decoded. https://protobuf.dev/programming-guides/encoding/#maps
 */
export function projectEncoded(bytes: Uint8Array, paths: readonly FieldPath[]): Uint8Array {
  const chosen = new Map<string, FieldPath[]>();
  for (const path of paths) chosen.set(path[0] ?? "", [...(chosen.get(path[0] ?? "") ?? []), path]);
  const kept: Uint8Array[] = [];
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    // An entry of the map of fields: its key and length, then the key and the length of the field's name.
    reader.uint32();
    const end = reader.uint32() + reader.pos;
    reader.uint32();
    const within = chosen.get(reader.string());
    reader.skip(end - reader.pos);
    const entry = bytes.subarray(start, end);
    if (within?.some((path) => path.length === 1)) kept.push(entry);
    else if (within) kept.push(serializeFields(projectFields(deserializeFields(entry), within)));
  }
  return Buffer.concat(kept);
}
