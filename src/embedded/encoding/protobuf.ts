import { createRequire } from "node:module";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import type { CursorMessage, Document, Fields, StructuredQuery } from "./messages.js";

const require = createRequire(import.meta.url);

// The client library ships the protocol as JSON; reading it from there keeps the two sides of the wire the same.
const root = protobuf.Root.fromJSON(require("@google-cloud/firestore/build/protos/v1.json"));
// That library never sends one, so its protocol lacks it; those for the web and for phones do, in transactions.
root.lookupType("google.firestore.v1.Write").oneofs.operation?.add(new protobuf.Field("verify", 5, "string"));

/**
 * A message type by its name, as bytes and back in the form of types.ts.
 * https://github.com/protobufjs/protobuf.js#reflection-vs-static-code
 */
interface Codec<Message> {
  encode(message: object): Buffer;
  decode(bytes: Uint8Array): Message;
}

function codec<Message>(type: protobuf.Type): Codec<Message> {
  const form = { longs: String, enums: String, oneofs: true };
  return {
    encode: (message) => type.encode(type.fromObject(message)).finish() as Buffer,
    decode: (bytes) => type.toObject(type.decode(bytes), form) as Message,
  };
}

const documents = codec<Document>(root.lookupType("google.firestore.v1.Document"));
const cursors = codec<CursorMessage>(root.lookupType("google.firestore.v1.Cursor"));
const queries = codec<StructuredQuery>(root.lookupType("google.firestore.v1.StructuredQuery"));

/** The gRPC service definition of google.firestore.v1.Firestore. */
export const firestoreService: ServiceDefinition = serviceDefinition(
  root.lookupService("google.firestore.v1.Firestore"),
);

function serviceDefinition(service: protobuf.Service): ServiceDefinition {
  return Object.fromEntries(
    service.methodsArray.map((method): [string, MethodDefinition<object, object>] => {
      method.resolve();
      const { resolvedRequestType, resolvedResponseType } = method;
      if (!resolvedRequestType || !resolvedResponseType) throw new RangeError(`${method.name} has no messages`);
      const request = codec<object>(resolvedRequestType);
      const response = codec<object>(resolvedResponseType);
      const definition = {
        path: `/${service.fullName.slice(1)}/${method.name}`,
        requestStream: method.requestStream ?? false,
        responseStream: method.responseStream ?? false,
        requestSerialize: request.encode,
        requestDeserialize: request.decode,
        responseSerialize: response.encode,
        responseDeserialize: response.decode,
      };
      return [method.name, definition];
    }),
  );
}

/** A request as the server gets it. */
export interface Received {
  /** The size of the message on the wire; none for requests that did not come from there. */
  byteLength?: number;
}

/** The same for the server: requests know their size, and answers that are encoded already go out as they are. */
export const servedFirestore: ServiceDefinition = Object.fromEntries(
  Object.entries(firestoreService).map(([name, method]) => [
    name,
    {
      ...method,
      requestDeserialize: (bytes: Buffer) =>
        Object.assign(method.requestDeserialize(bytes), { byteLength: bytes.length }),
      responseSerialize: (message: object) =>
        "encoded" in message && Buffer.isBuffer(message.encoded) ? message.encoded : method.responseSerialize(message),
    },
  ]),
);

/** The fields of a document as protobuf bytes: the form in which documents are stored. Keeps NaN, -0 and int64 exact. */
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

/** A query in the form that arrives over the wire: client libraries leave out what says which kind a value is. */
export function asReceived(query: object): StructuredQuery {
  return queries.decode(queries.encode(query));
}
