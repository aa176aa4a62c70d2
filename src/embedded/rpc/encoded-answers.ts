import type { FieldPath } from "../encoding/field-path.js";
import type { Timestamp } from "../encoding/messages.js";
import { fromMicros } from "../encoding/timestamps.js";
import { projected, type StoredDocument } from "../storage/documents.js";

/*
 * Answers put together from stored bytes. Documents are stored as the wire carries them, so reading one needs neither
 * decoding nor encoding: https://protobuf.dev/programming-guides/encoding.
 */

/** A message that is encoded already. */
export interface EncodedMessage {
  encoded: Buffer;
}

/** Field numbers of the messages in google/firestore/v1. */
const DOCUMENT = { name: 1, createTime: 3, updateTime: 4 };
const RUN_QUERY_RESPONSE = { document: 1, readTime: 3 };
const BATCH_GET_RESPONSE = { found: 1, transaction: 3, readTime: 4 };

/** A RunQueryResponse with a document: the whole, or what is selected of it. */
export function encodedResult(
  document: StoredDocument,
  readTime: Timestamp,
  select: readonly FieldPath[] | undefined,
): EncodedMessage {
  return encoded(projected(document, select), RUN_QUERY_RESPONSE.document, readTime, RUN_QUERY_RESPONSE.readTime);
}

/**
 * A BatchGetDocumentsResponse with a document: the whole, or what its mask gives; and the id of the transaction that it
 * began, if it did.
 */
export function encodedFound(
  document: StoredDocument,
  readTime: Timestamp,
  mask: readonly FieldPath[] | undefined,
  began: Buffer | undefined,
): EncodedMessage {
  const { found, transaction, readTime: timeField } = BATCH_GET_RESPONSE;
  return encoded(projected(document, mask), found, readTime, timeField, began ? delimited(transaction, began) : []);
}

function encoded(
  document: StoredDocument,
  field: number,
  readTime: Timestamp,
  timeField: number,
  rest: readonly Uint8Array[] = [],
): EncodedMessage {
  const parts = [
    ...delimited(DOCUMENT.name, Buffer.from(document.name)),
    document.bytes,
    ...delimited(DOCUMENT.createTime, timestamp(fromMicros(document.createTime))),
    ...delimited(DOCUMENT.updateTime, timestamp(fromMicros(document.updateTime))),
  ];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const message = [key(field), varint(BigInt(length)), ...parts, ...delimited(timeField, timestamp(readTime)), ...rest];
  return { encoded: Buffer.concat(message) };
}

function timestamp({ seconds = "0", nanos = 0 }: Timestamp): Buffer {
  return Buffer.concat([
    Buffer.of(0x08),
    varint(BigInt.asUintN(64, BigInt(seconds))),
    Buffer.of(0x10),
    varint(BigInt(nanos)),
  ]);
}

function delimited(field: number, bytes: Uint8Array): Uint8Array[] {
  return [key(field), varint(BigInt(bytes.length)), bytes];
}

/** The key of a length-delimited field with a number below 16. */
function key(field: number): Buffer {
  return Buffer.of((field << 3) | 2);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
