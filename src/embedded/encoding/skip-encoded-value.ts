import { Tag } from "./ordered-encoding.js";
import { SegmentTag } from "./resource-path.js";

/**
 * The offset after the encoded value that starts at `start`. `mask` is 0xff where the encoding was inverted for
 * descending order, else 0. Reads only what `writeValue` wrote; anything else is damage and throws.
 */
export function skipValue(key: Uint8Array, start: number, mask: number): number {
  const tag = (key[start] ?? 0) ^ mask;
  const at = start + 1;
  switch (tag) {
    case Tag.null:
    case Tag.false:
    case Tag.true:
    case Tag.nan:
      return at;
    case Tag.number:
      return at + 10;
    case Tag.timestamp:
      return at + 12;
    case Tag.geoPoint:
      return at + 16;
    case Tag.string:
    case Tag.bytes:
      return skipEscaped(key, at, mask);
    case Tag.reference:
      return skipReference(key, at, mask);
    case Tag.array:
      return skipUntilEnd(key, at, mask, skipValue);
    case Tag.map:
      return skipUntilEnd(key, at, mask, skipEntry);
    case Tag.vector:
      return skipVector(key, at, mask);
    default:
      throw new RangeError(`index key holds an unknown tag ${tag}`);
  }
}

function skipEscaped(key: Uint8Array, start: number, mask: number): number {
  const zero = mask;
  let at = start;
  while (at < key.length) {
    if (key[at] !== zero) at++;
    else if (((key[at + 1] ?? 0) ^ mask) === 0x01) return at + 2;
    else at += 2;
  }
  throw new RangeError("index key ends inside a string");
}

function skipReference(key: Uint8Array, start: number, mask: number): number {
  const path = skipEscaped(key, skipEscaped(key, start, mask), mask);
  return skipUntilEnd(key, path, mask, (bytes, at) =>
    ((bytes[at] ?? 0) ^ mask) === SegmentTag.numeric ? at + 9 : skipEscaped(bytes, at + 1, mask),
  );
}

function skipEntry(key: Uint8Array, start: number, mask: number): number {
  return skipValue(key, skipEscaped(key, start + 1, mask), mask);
}

function skipVector(key: Uint8Array, start: number, mask: number): number {
  let count = 0;
  for (let at = start; at < start + 4; at++) count = count * 256 + ((key[at] ?? 0) ^ mask);
  let at = start + 4;
  for (; count > 0; count--) at = skipValue(key, at, mask);
  return at;
}

function skipUntilEnd(
  key: Uint8Array,
  start: number,
  mask: number,
  skipOne: (key: Uint8Array, at: number, mask: number) => number,
): number {
  let at = start;
  while (((key[at] ?? 0) ^ mask) !== Tag.end) at = skipOne(key, at, mask);
  return at + 1;
}
