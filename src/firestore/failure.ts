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

/** Why the embedded store's file cannot be used. */
const EMBEDDED_FAILURES = [
  "store_locked",
  "newer_schema",
  "not_a_store",
  "corrupt",
  "read_only",
  "disk_full",
  "io_error",
] as const;
export type EmbeddedFailure = (typeof EMBEDDED_FAILURES)[number];

const BY_CODE: Readonly<Record<number, StoreFailure>> = {
  3: "invalid",
  4: "deadline",
  5: "not_found",
  6: "already_exists",
  7: "permission",
  8: "unavailable",
  10: "contention",
  14: "unavailable",
  16: "permission",
};

/**
 * Classifies an error of the Firestore client by its gRPC status (https://grpc.io/docs/guides/status-codes/).
 * Undefined: not an error of the store, or one that a correct program never causes.
 */
export function storeFailure(error: unknown): StoreFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as Error & { code?: unknown }).code;
  const embedded = EMBEDDED_FAILURES.find((failure) => failure === code);
  if (embedded) return embedded;
  // google-auth-library has no code for it.
  if (error.message.startsWith("Could not load the default credentials")) return "no_credentials";
  // The client's word for a write in a read-only transaction; it has no code either.
  if (code === "writes_refused" || /read-only transactions cannot execute writes/.test(error.message))
    return "writes_refused";
  if (code === 9) return /\bindex\b/i.test(error.message) ? "index_missing" : "stale_precondition";
  return typeof code === "number" ? BY_CODE[code] : undefined;
}
