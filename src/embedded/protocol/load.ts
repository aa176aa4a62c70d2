import { createRequire } from "node:module";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON, type MessageTypeDefinition, type PackageDefinition } from "@grpc/proto-loader";
import type { Document, Fields, StructuredQuery } from "./types.js";

const require = createRequire(import.meta.url);

// The client library ships the protocol as JSON; reading it from there keeps the two sides of the wire the same.
const definition: PackageDefinition = fromJSON(require("@google-cloud/firestore/build/protos/v1.json"), {
  longs: String,
  enums: String,
  bytes: Buffer,
  defaults: false,
  oneofs: true,
});

/** The gRPC service definition of google.firestore.v1.Firestore. */
export const firestoreService = definition["google.firestore.v1.Firestore"] as ServiceDefinition;

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

const documentType = definition["google.firestore.v1.Document"] as MessageTypeDefinition<Document, Document>;

/** The fields of a document as protobuf bytes: the form in which documents are stored. Keeps NaN, -0 and int64 exact. */
export function serializeFields(fields: Fields): Buffer {
  return documentType.serialize({ fields });
}

/** A query in the form that arrives over the wire: client libraries leave out what says which kind a value is. */
export function asReceived(query: object): StructuredQuery {
  const { RunQuery } = firestoreService;
  if (!RunQuery) throw new RangeError("the protocol has no RunQuery");
  const request = RunQuery.requestDeserialize(RunQuery.requestSerialize({ structuredQuery: query }));
  return (request as { structuredQuery?: StructuredQuery }).structuredQuery ?? {};
}

/** The inverse of {@link serializeFields}. */
export function deserializeFields(bytes: Uint8Array): Fields {
  return documentType.deserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).fields ?? {};
}
