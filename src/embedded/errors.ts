import { status } from "@grpc/grpc-js";

/**
 * An answer of the store to a client that is not a result: a gRPC status with a message for the caller.
 * Codes follow https://firebase.google.com/docs/firestore/use-rest-api#error_codes.
 */
export class StatusError extends Error {
  readonly code: status;
  /** What is wrong with the store itself, when that is the reason; its client gets it under FAULT_KEY. */
  readonly fault: StoreErrorCode | undefined;

  constructor(code: status, message: string, fault?: StoreErrorCode) {
    super(message);
    this.name = "StatusError";
    this.code = code;
    this.fault = fault;
  }
}

/** The trailing metadata of an RPC that failed because of the store itself: its value is a StoreErrorCode. */
export const FAULT_KEY = "store-fault";

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
  | "store_replaced"
  | "not_a_store"
  | "corrupt"
  | "read_only_store"
  | "storage_full"
  | "port_taken"
  | "io_error"
  | "target_exists"
  | "bad_indexes";

/**
 * The store cannot be opened, read, written, copied or checked. `code` is stable; the message names the fact and what
 * to do, and holds no stack and no statement.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
