import { createRequire } from "node:module";
import protobuf from "protobufjs";
import type { CursorMessage, Document, Fields } from "./messages.js";

const require = createRequire(import.meta.url);

/**
 * The messages and services of google.firestore.v1. The client library ships them as JSON; read from there, they are
 * the same on both sides of the wire.
 */
export const root = protobuf.Root.fromJSON(require("@google-cloud/firestore/build/protos/v1.json"));
// That library never sends one, so its protocol lacks it; those for the web and for phones do, in transactions.
root.lookupType("google.firestore.v1.Write").oneofs.operation?.add(new protobuf.Field("verify", 5, "string"));

/**
 * A message type by its name, as bytes and back in the form of messages.ts.
 * https://github.com/protobufjs/protobuf.js#reflection-vs-static-code
 */
interface Codec<Message> {
  encode(message: object): Buffer;
  decode(bytes: Uint8Array): Message;
}

/** The codec of a message type. Its `decode` believes that the type is `Message`. */
export function codec<Message>(type: protobuf.Type): Codec<Message> {
  const form = { longs: String, enums: String, oneofs: true };
  return {
    encode: (message) => type.encode(type.fromObject(message)).finish() as Buffer,
    decode: (bytes) => type.toObject(type.decode(bytes), form) as Message,
  };
}

const documents = codec<Document>(root.lookupType("google.firestore.v1.Document"));
const cursors = codec<CursorMessage>(root.lookupType("google.firestore.v1.Cursor"));

/**
 * The fields of a document as protobuf bytes: the form in which documents are stored. Keeps NaN, -0 and int64 exact.
 */
export function serializeFields(fields: Fields): Buffer {
  return documents.encode({ fields });
}

/** The inverse of {@link serializeFields}. */
export function deserializeFields(bytes: Uint8Array): Fields {
  return documents.decode(bytes).fields ?? {};
}

/** A cursor as text, for page tokens. */
export function serializeCursor(cursor: CursorMessage): string {
  return cursors.encode(cursor).toString("base64url");
}

/** The inverse of {@link serializeCursor}; throws an error of any kind on other texts, or gives any cursor. */
export function deserializeCursor(text: string): CursorMessage {
  return cursors.decode(Buffer.from(text, "base64url"));
}
