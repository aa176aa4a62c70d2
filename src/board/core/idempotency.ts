import { z } from "zod";
import type { Ref, Snapshot, Store, Tx } from "../../firestore/store.js";
import { timestamp } from "../model/fields.js";
import { canonicalJson, sha256 } from "./digest.js";
import { BoardError } from "./errors.js";

/** How long a key answers with the first result (docs/contracts.md 3). */
const KEY_DAYS = 7;

/** What a caller asked to be done at most once. */
export interface IdempotencyKey {
  /** The id of the principal whose key it is; null over stdio. */
  principal: string | null;
  tool: string;
  /** The project the call names, or null. */
  project_id: string | null;
  key: string;
  /** The call's other arguments. */
  args: unknown;
}

/** How a tool's result is stored under a key, and restored from it. The default is JSON as it is. */
export interface Memo<T> {
  keep(result: T): unknown;
  restore(toStore: unknown): Promise<T>;
}

/** A change that was made before under the same key: leaves the transaction, so that nothing is committed. */
export class AlreadyDone extends Error {
  constructor(readonly stored: unknown) {
    super("this change was made before under the same idempotency key");
  }
}

const keyDocument = z.object({ fingerprint: z.string(), result: z.string(), expires_at: timestamp });

/** Where the outcome under this key is stored. */
export function keyRef(store: Store, { principal, tool, project_id, key }: IdempotencyKey): Ref {
  const named = [tool, project_id, key];
  return store.ref("idempotency_keys", fingerprintOf(principal === null ? named : [...named, principal]));
}

/**
 * Throws AlreadyDone when the key has a result that still counts, and `conflict` when that was for other arguments.
 * An expired or unreadable document counts as none.
 */
export function refuseRepetition(asked: IdempotencyKey, snapshot: Snapshot, now: Date): void {
  const stored = keyDocument.safeParse(snapshot.data());
  if (!stored.success || stored.data.expires_at <= now) return;
  if (stored.data.fingerprint !== fingerprintOf(asked.args))
    throw new BoardError(
      "conflict",
      "This idempotency_key was used with other arguments.",
      "Use a new key for a new change; repeat a call with the same arguments.",
    );
  throw new AlreadyDone(JSON.parse(stored.data.result));
}

/** Keeps a result in the change's own commit. A call that raced this one under the same key makes the commit fail. */
export function keepResult(tx: Tx, asked: IdempotencyKey, snapshot: Snapshot, toStore: unknown, now: Date): void {
  const { tool, project_id, key } = asked;
  const expires_at = new Date(now.getTime() + KEY_DAYS * 24 * 60 * 60_000);
  const fingerprint = fingerprintOf(asked.args);
  const document = { tool, project_id, key, fingerprint, result: JSON.stringify(toStore), created_at: now, expires_at };
  if (snapshot.exists && snapshot.updateTime)
    tx.update(snapshot.ref, document, { lastUpdateTime: snapshot.updateTime });
  else tx.create(snapshot.ref, document);
}

function fingerprintOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
