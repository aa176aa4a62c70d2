import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import type protobuf from "protobufjs";
import { codec, root } from "../encoding/protobuf.js";

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
