/** What went wrong in the store, in words the board can act on. */
export type StoreFailure =
  | "contention"
  | "unavailable"
  | "deadline"
  | "permission"
  | "no_credentials"
  | "index_missing"
  | "stale_precondition"
  | "already_exists"
  | "not_found"
  | "invalid"
  | "writes_refused"
  | EmbeddedFailure;

/** The embedded engine's error codes. */
const EMBEDDED_FAILURES = [
  "store_locked",
  "store_replaced",
  "newer_schema",
  "not_a_store",
  "corrupt",
  "read_only_store",
  "storage_full",
  "io_error",
] as const;
/** Where a failed call carries such a code: `FAULT_KEY` of src/embedded/errors.ts, which is not loaded here either. */
const FAULT_KEY = "store-fault";

/** Why the embedded store's file cannot be used. */
export type EmbeddedFailure = (typeof EMBEDDED_FAILURES)[number];

/**
 * gRPC's status codes, by their names (https://grpc.io/docs/guides/status-codes/). Written out because this file is
 * loaded at start, before the server has answered its handshake, and @grpc/grpc-js is not.
 */
const STATUS = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

const BY_STATUS: Readonly<Record<number, StoreFailure>> = {
  [STATUS.INVALID_ARGUMENT]: "invalid",
  [STATUS.DEADLINE_EXCEEDED]: "deadline",
  [STATUS.NOT_FOUND]: "not_found",
  [STATUS.ALREADY_EXISTS]: "already_exists",
  [STATUS.PERMISSION_DENIED]: "permission",
  [STATUS.RESOURCE_EXHAUSTED]: "unavailable",
  [STATUS.ABORTED]: "contention",
  [STATUS.UNAVAILABLE]: "unavailable",
  [STATUS.UNAUTHENTICATED]: "permission",
};

/**
 * The official emulator's words, and production's, for a transaction that it closed because another one held a lock or
 * its time was over. They come as INVALID_ARGUMENT (production: ABORTED too), of which the client repeats only
 * "transaction has expired".
 */
const CLOSED_TRANSACTION = /transaction is invalid or closed|transaction has expired|transaction lock timeout/i;

/** Whether the store closed the transaction of this error: it lost a race, whatever the status says. */
export function closedTransaction(error: Error & { code?: unknown }): boolean {
  return error.code === STATUS.INVALID_ARGUMENT && CLOSED_TRANSACTION.test(error.message);
}

/**
 * Classifies an error of the Firestore client by its gRPC status, and those of the embedded and the read-only store by
 * their codes: the embedded one's come as they are when it is opened, and in the metadata of a failed call afterwards.
 * Undefined: not an error of the store, or one that a correct program never causes.
 */
export function storeFailure(error: unknown): StoreFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const embedded = embeddedFailure(error);
  if (embedded) return embedded;
  const { code } = error as Error & { code?: unknown };
  if (code === "writes_refused") return code;
  // google-auth-library has no code for it.
  if (error.message.startsWith("Could not load the default credentials")) return "no_credentials";
  if (code === STATUS.FAILED_PRECONDITION)
    return /\bindex\b/i.test(error.message) ? "index_missing" : "stale_precondition";
  if (closedTransaction(error)) return "contention";
  return typeof code === "number" ? BY_STATUS[code] : undefined;
}

/** Why the file of the embedded store cannot be used; undefined for an error of any other kind. */
export function embeddedFailure(error: Error): EmbeddedFailure | undefined {
  const { code, metadata } = error as Error & { code?: unknown; metadata?: { get?(key: string): unknown[] } };
  const fault = metadata?.get?.(FAULT_KEY)[0] ?? code;
  return EMBEDDED_FAILURES.find((failure) => failure === fault);
}
