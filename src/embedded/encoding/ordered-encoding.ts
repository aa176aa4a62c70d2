import { ByteWriter } from "./byte-writer.js";
import type { Fields, LatLng, Timestamp, Value } from "./messages.js";
import { writeReference } from "./resource-path.js";

/*
 * Values as bytes that compare (as unsigned bytes) the way Firestore orders values, so that SQLite can keep them sorted:
 * https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering.
 * Every encoding ends itself (none is a prefix of another), so that encodings can follow each other in one key and be
 * inverted for descending order.
 */

/** The first byte of an encoded value: its place in the order of types. */
export const Tag = {
  end: 0x01,
  null: 0x05,
  false: 0x10,
  true: 0x11,
  nan: 0x18,
  number: 0x20,
  timestamp: 0x28,
  string: 0x30,
  bytes: 0x38,
  reference: 0x40,
  geoPoint: 0x48,
  array: 0x50,
  vector: 0x58,
  map: 0x60,
} as const;

const EARLIEST_SECOND = 62_135_596_800n;
const textEncoder = new TextEncoder();

/** The bytes of a value on their own. */
export function encodeValue(value: Value): Buffer {
  const out = new ByteWriter();
  writeValue(out, value);
  return out.finish();
}

/** Negative, zero or positive as `a` sorts before, with or after `b`. */
export function compareValues(a: Value, b: Value): number {
  return Buffer.compare(encodeValue(a), encodeValue(b));
}

/** Compares texts as Firestore orders them: by their UTF-8 bytes, which is not the order of JavaScript strings. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A reference to a document, as a value. */
export function referenceTo(name: string): Value {
  return { valueType: "referenceValue", referenceValue: name };
}

/** Appends the encoding of a value. */
export function writeValue(out: ByteWriter, value: Value): void {
  switch (value.valueType) {
    case "nullValue":
      return out.byte(Tag.null);
    case "booleanValue":
      return out.byte(value.booleanValue ? Tag.true : Tag.false);
    case "integerValue":
      return writeInteger(out, value.integerValue);
    case "doubleValue":
      return writeDouble(out, value.doubleValue);
    case "timestampValue":
      return writeTimestamp(out, value.timestampValue);
    case "stringValue":
      out.byte(Tag.string);
      return out.escaped(textEncoder.encode(value.stringValue));
    case "bytesValue":
      out.byte(Tag.bytes);
      return out.escaped(value.bytesValue);
    case "referenceValue":
      out.byte(Tag.reference);
      return writeReference(out, value.referenceValue);
    case "geoPointValue":
      return writeGeoPoint(out, value.geoPointValue);
    case "arrayValue":
      return writeArray(out, value.arrayValue.values ?? []);
    case "mapValue":
      return writeMap(out, value.mapValue.fields ?? {});
  }
}

/** The elements of a vector value (a map with `__type__: "__vector__"`), or undefined for any other value. */
export function vectorElements(fields: Fields): Value[] | undefined {
  const type = fields.__type__;
  if (type?.valueType !== "stringValue" || type.stringValue !== "__vector__") return undefined;
  const elements = fields.value;
  return elements?.valueType === "arrayValue" ? (elements.arrayValue.values ?? []) : undefined;
}

/** The fields of a map; undefined for every other value, vectors included: a path does not lead into them. */
export function mapFields(value: Value | undefined): Fields | undefined {
  if (value?.valueType !== "mapValue") return undefined;
  const fields = value.mapValue.fields ?? {};
  return vectorElements(fields) ? undefined : fields;
}

function writeInteger(out: ByteWriter, integer: string): void {
  out.byte(Tag.number);
  const near = Number(integer);
  if (Number.isSafeInteger(near)) {
    out.double(near);
    out.uint16(0);
    return;
  }
  // Not every large integer is a double: the double below it, then how far above that it lies (less than 2,048).
  const exact = BigInt(integer);
  const below = BigInt(near) > exact ? previousDouble(near) : near;
  out.double(below);
  out.uint16(Number(exact - BigInt(below)));
}

function writeDouble(out: ByteWriter, double: number): void {
  if (Number.isNaN(double)) return out.byte(Tag.nan);
  out.byte(Tag.number);
  out.double(double);
  out.uint16(0);
}

function writeTimestamp(out: ByteWriter, timestamp: Timestamp): void {
  out.byte(Tag.timestamp);
  out.uint64(BigInt(timestamp.seconds ?? 0) + EARLIEST_SECOND);
  out.uint32(timestamp.nanos ?? 0);
}

function writeGeoPoint(out: ByteWriter, point: LatLng): void {
  out.byte(Tag.geoPoint);
  out.double(point.latitude ?? 0);
  out.double(point.longitude ?? 0);
}

function writeArray(out: ByteWriter, values: readonly Value[]): void {
  out.byte(Tag.array);
  for (const value of values) writeValue(out, value);
  out.byte(Tag.end);
}

function writeMap(out: ByteWriter, fields: Fields): void {
  const vector = vectorElements(fields);
  if (vector) {
    out.byte(Tag.vector);
    out.uint32(vector.length);
    for (const element of vector) writeValue(out, element);
    return;
  }
  out.byte(Tag.map);
  for (const [key, name] of sortedKeys(fields)) {
    out.byte(Tag.string);
    out.escaped(key);
    const value = fields[name];
    if (value) writeValue(out, value);
  }
  out.byte(Tag.end);
}

/** The keys of a map in the order of their UTF-8 bytes, which is not the order of JavaScript strings. */
function sortedKeys(fields: Fields): [Uint8Array, string][] {
  return Object.keys(fields)
    .map((name): [Uint8Array, string] => [textEncoder.encode(name), name])
    .sort(([a], [b]) => Buffer.compare(a, b));
}

function previousDouble(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, value > 0 ? bits - 1n : bits + 1n);
  return view.getFloat64(0);
}
