import type { TransactionOptions } from "../encoding/messages.js";
import type { ReadSet } from "./read-set.js";
import { placesRead } from "./turns.js";

/** What a transaction lost against others, when it is tried again. */
export interface Lost {
  /** How often in a row. */
  count: number;
  /** What it read the last time: see placesRead. */
  places: string[];
}

/** The transactions of this process that lost. */
export interface Losses {
  /** Notes that a transaction was ABORTED, which had lost `before` times already. */
  note(transaction: { id: Buffer; reads: ReadSet }, before: number): void;
  /** What the transaction had lost that these options try again. */
  before(options: TransactionOptions | undefined): Lost | undefined;
}

/** More are not remembered: a client tries again at once or after a second, or never. */
const MOST = 1_000;

/**
 * Remembers losses by the id of the transaction, which clients send when they try again: `retry_transaction` of
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#transactionoptions
 */
export function createLosses(): Losses {
  const lost = new Map<string, Lost>();
  return {
    note({ id, reads }, before) {
      lost.set(id.toString("hex"), { count: before + 1, places: placesRead(reads) });
      const [oldest] = lost.keys();
      if (lost.size > MOST && oldest !== undefined) lost.delete(oldest);
    },
    before(options) {
      const retried = options?.readWrite?.retryTransaction;
      return retried && lost.get(retried.toString("hex"));
    },
  };
}
