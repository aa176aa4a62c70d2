import type { Fields, Value } from "./messages.js";
import { parsePath, type ResourcePath } from "./resource-path.js";

/*
 * Sizes in bytes as Firestore counts them: https://firebase.google.com/docs/firestore/storage-size.
 */

/** The size of a document with its name. */
export function documentSize(path: ResourcePath, fields: Fields): number {
  return nameSize(path.segments) + mapSize(fields) + 32;
}

function mapSize(fields: Fields): number {
  let size = 0;
  for (const [name, value] of Object.entries(fields)) size += Buffer.byteLength(name) + 1 + valueSize(value);
  return size;
}

/** The size of a value. */
export function valueSize(value: Value): number {
  switch (value.valueType) {
    case "nullValue":
    case "booleanValue":
      return 1;
    case "integerValue":
    case "doubleValue":
    case "timestampValue":
      return 8;
    case "geoPointValue":
      return 16;
    case "stringValue":
      return Buffer.byteLength(value.stringValue) + 1;
    case "bytesValue":
      return value.bytesValue.length;
    case "referenceValue":
      return nameSize(parsePath(value.referenceValue).segments);
    case "arrayValue":
      return (value.arrayValue.values ?? []).reduce((sum, element) => sum + valueSize(element), 0);
    case "mapValue":
      return mapSize(value.mapValue.fields ?? {});
  }
}

function nameSize(segments: readonly string[]): number {
  return segments.reduce((sum, segment) => sum + Buffer.byteLength(segment) + 1, 16);
}
