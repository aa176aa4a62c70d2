import { status } from "@grpc/grpc-js";

/**
 * An answer of the store to a client that is not a result: a gRPC status with a message for the caller.
 * Codes follow https://firebase.google.com/docs/firestore/use-rest-api#error_codes.
 */
export class StatusError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.name = "StatusError";
    this.code = code;
  }
}

/** The request itself is wrong, whatever the data says. */
export function invalidRequest(message: string): StatusError {
  return new StatusError(status.INVALID_ARGUMENT, message);
}

/** Something Cloud Firestore offers and this store does not; always by name, never a wrong answer. */
export function unimplemented(feature: string): StatusError {
  return new StatusError(status.UNIMPLEMENTED, `${feature} is not supported by the embedded store.`);
}

/** The decision of this transaction no longer holds; the client starts it again. */
export function aborted(message: string): StatusError {
  return new StatusError(status.ABORTED, message);
}

/** What went wrong with the store itself, as a stable word. */
export type StoreErrorCode =
  | "no_store"
  | "store_locked"
  | "newer_schema"
  | "not_a_store"
  | "corrupt"
  | "read_only"
  | "disk_full"
  | "port_taken"
  | "io_error"
  | "target_exists"
  | "bad_indexes";

/**
 * The store cannot be opened, copied or checked. `code` is stable; the message names the fact and what to do, and
 * holds no stack and no statement.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
