import { type StoreFailure, storeFailure } from "../../firestore/failure.js";

/** The stable codes of docs/contracts.md 2, those of the turn log (5) among them. */
export type ErrorCode =
  | "invalid_argument"
  | "project_not_found"
  | "project_archived"
  | "task_not_found"
  | "session_not_found"
  | "session_not_active"
  | "session_active"
  | "session_already_exists"
  | "invalid_session_id"
  | "invalid_request_id"
  | "turn_not_found"
  | "turn_already_exists"
  | "turn_immutable"
  | "invalid_turn_state"
  | "already_claimed"
  | "not_claimable"
  | "invalid_transition"
  | "dependency_cycle"
  | "guard_refused"
  | "conflict"
  | "corrupt_document"
  | "index_missing"
  | "permission_denied"
  | "storage_full"
  | "read_only_store"
  | "newer_schema"
  | "store_replaced"
  | "store_locked"
  | "unavailable"
  | "deadline_exceeded"
  | "rate_limited"
  | "internal";

/**
 * A refusal that the agent can act on. `message` names the thing and the fact, `hint` the call that repairs it; neither
 * carries text that agents stored, which belongs into `details` as data.
 */
export class BoardError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.name = "BoardError";
  }
}

/** The codes that say what is wrong with the store's file; `unavailable` says the rest. */
export const FILE_CODES: readonly ErrorCode[] = [
  "storage_full",
  "read_only_store",
  "newer_schema",
  "store_replaced",
  "store_locked",
];

const CHOOSE_FOLDER = "Set FIREBOARD_DATA_DIR to another folder, or repair this one, and restart the server.";

const FROM_STORE: Partial<Record<StoreFailure, [code: ErrorCode, message: string, hint: string]>> = {
  contention: ["conflict", "Too many writers changed the same records at once; nothing was written.", "Call again."],
  stale_precondition: ["conflict", "A record kept changing during the call; nothing was written.", "Call again."],
  already_exists: ["conflict", "A record under this id or key exists already.", "Call again with another one."],
  not_found: ["conflict", "A record went away during the call; nothing was written.", "Read it again."],
  unavailable: [
    "unavailable",
    "The store cannot be reached.",
    "Call again; if the problem persists, check the server's stderr.",
  ],
  deadline: [
    "deadline_exceeded",
    "The store did not answer in time; a change may have been applied.",
    "Read the record before you repeat a write.",
  ],
  permission: [
    "permission_denied",
    "The store refused the server's credentials.",
    "Ask for the role Cloud Datastore User on the project.",
  ],
  no_credentials: [
    "permission_denied",
    "The server has no Google credentials.",
    "Set GOOGLE_APPLICATION_CREDENTIALS to a service account key and restart the server.",
  ],
  writes_refused: [
    "permission_denied",
    "This server only reads; nothing was written.",
    "Ask the operator for a server that may write.",
  ],
  index_missing: [
    "index_missing",
    "The database lacks an index for this query.",
    "Run: firebase deploy --only firestore:indexes",
  ],
  store_locked: [
    "store_locked",
    "Another program keeps the board's file locked; nothing was written.",
    "Find the program that has it open (a backup, a database browser), close it, and call again.",
  ],
  store_replaced: [
    "store_replaced",
    "The board's file was replaced or deleted while the server had it open; this call is not in what lies there now.",
    "Restart the server.",
  ],
  newer_schema: [
    "newer_schema",
    "A newer version of fireboard has changed the form of the board's file.",
    "Update fireboard and restart the server.",
  ],
  not_a_store: ["unavailable", "The data folder holds a file that is not a fireboard store.", CHOOSE_FOLDER],
  corrupt: ["unavailable", "The embedded store's file is damaged.", "Restore a backup of the data folder."],
  read_only_store: [
    "read_only_store",
    "The data folder or the file in it cannot be written; nothing was written.",
    CHOOSE_FOLDER,
  ],
  storage_full: [
    "storage_full",
    "The disk of the data folder is full; nothing was written, nothing is lost.",
    "Free some space on that disk and call again.",
  ],
  io_error: ["unavailable", "The data folder cannot be read or written.", CHOOSE_FOLDER],
};

/** Turns whatever a board operation threw into a BoardError; undefined when it is a bug and must be reported as one. */
export function asBoardError(error: unknown): BoardError | undefined {
  if (error instanceof BoardError) return error;
  const failure = storeFailure(error);
  const known = failure && FROM_STORE[failure];
  return known && new BoardError(...known);
}

/** `project_not_found`, `task_not_found` or `session_not_found` for an id, with the call that lists what exists. */
export function notFound(noun: "project" | "task" | "session", id: string): BoardError {
  const list = { project: "board_get_projects", task: "board_get_tasks", session: "board_get_sessions" }[noun];
  return new BoardError(`${noun}_not_found`, `There is no ${noun} ${id}.`, `${list} names those that exist.`);
}

/** `invalid_argument`: the message names the argument and what it must be. */
export function invalidArgument(
  message: string,
  hint = "Correct the argument and call again.",
  details?: BoardError["details"],
): BoardError {
  return new BoardError("invalid_argument", message, hint, details);
}
