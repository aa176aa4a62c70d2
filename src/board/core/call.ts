import type { Store } from "../../firestore/store.js";
import type { AnswerSize } from "./answer-size.js";
import type { ConnectionState } from "./connection-state.js";
import type { IdempotencyKey } from "./idempotency.js";

/** The one source of time, ids and randomness, so that tests control them. */
export interface Runtime {
  now(): Date;
  /** 20 characters of [A-Za-z0-9], never in order (monotonic ids make hot spots in Firestore). */
  newId(): string;
  /** UUIDv4 in lower case, for sessions. */
  newUuid(): string;
}

/** What a board operation is given: the store, the runtime, and who calls. One per tool call. */
export interface Call extends Runtime {
  store: Store;
  /** Shared by all activity entries of this call. */
  id: string;
  /**
   * Who has shown to be calling, whatever the call says of itself: its id keeps idempotency keys apart, its name is stored
   * in each entry's metadata. Null over stdio, where it is the machine's owner.
   */
  principal: { id: string; name: string } | null;
  /** The agent by whose name the call is made when it names none; null: nobody's. */
  agent: string | null;
  /** The MCP client's name, stored in each entry's metadata; null when it did not give one. */
  client: string | null;
  /** The idempotency key of the call, if it has one; `write` keeps the promise. */
  idempotency: IdempotencyKey | null;
  /**
   * Who calls, whatever name the agent goes by: a random id of the connection, the `holder` of the leases and of the
   * parts in sessions that it takes.
   */
  holder: string;
  /** How large the answer may be; lists are cut to it. */
  answer: AnswerSize;
  /** Milliseconds between the signs of life by which a holder's leases are renewed, here and in other servers. */
  heartbeatMs: number;
  /** What this connection remembers between calls. */
  connection: ConnectionState;
  /** SHA-256 over the tool definitions as this server lists them. */
  toolsHash(): string;
  /** When the call must have answered; a long operation stops well before and says how far it came. */
  deadline: Date;
  /** Reports how far a long operation has come. */
  progress(done: number, total: number): void;
  /** Aborts at the call's deadline or when the client cancels; no commit is begun after it. */
  signal: AbortSignal;
}
