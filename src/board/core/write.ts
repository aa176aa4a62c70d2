import type { Mask } from "../../firestore/masks.js";
import type { Ref, Repeat, Snapshot, Tx } from "../../firestore/store.js";
import type { Activity } from "../model/activity.js";
import type { BoardAction } from "../model/enums.js";
import type { Call } from "./call.js";
import { AlreadyDone, keepResult, keyRef, type Memo, refuseRepetition } from "./idempotency.js";

/** An activity entry to be written with the change it tells of. */
export interface NewEntry {
  action: BoardAction | (string & {});
  /** Null when the call names no agent: the entry is by the call's own, if it has one, else by "system". */
  agent_name: string | null;
  project_id: string | null;
  task_id?: string | null;
  session_id?: string | null;
  details?: string | null;
  metadata?: Record<string, unknown>;
}

/** One transaction of one tool call: all reads first, then writes and entries, which are committed together. */
export interface UnitOfWork {
  tx: Tx;
  /** Reads documents inside the transaction, in one round trip; with a mask only to follow links. */
  get(refs: Ref[], mask?: Mask): Promise<Snapshot[]>;
  /** Adds an activity entry to the commit; returns it as it will be stored. */
  log(entry: NewEntry): Activity;
  /** The one time of all that this commit writes, taken when it is first asked for: after the reads. */
  now(): Date;
}

/**
 * What shows that a commit of this call has landed: a document in a state that only this call can have brought about.
 */
export interface CommitMark {
  ref: Ref;
  /** Whether the document, as a later attempt reads it, shows the commit. */
  shows(snapshot: Snapshot): boolean;
}

/** The mark of a change that creates this document, under an id that only this call knows. */
export function createdMark(ref: Ref): CommitMark {
  return { ref, shows: ({ exists }) => exists };
}

/** The mark of a change that stores the call's id as `last_call_id` of this document. */
export function lastCallMark({ id }: Call, ref: Ref): CommitMark {
  return { ref, shows: (snapshot) => snapshot.get("last_call_id") === id };
}

/** What `write` does differently for some changes. */
export interface WriteOptions<T> {
  /** How the result is stored under an idempotency key, when it is not JSON. */
  memo?: Memo<T>;
  /** What shows that the commit has landed, of a change that writes no activity entry. */
  mark?: CommitMark;
  /**
   * Whether a commit whose answer was lost ends the call: for a change without entry and mark that may not be made
   * twice.
   */
  repeat?: Repeat;
}

/**
 * Runs a change and its activity entries as one atomic commit (docs/contracts.md 1.2), again when it lost a race.
 *
 * A commit can land although its answer is lost; the callback then runs again. It must not make the change twice, nor
 * refuse it because it finds it made. So a later attempt first reads, in its transaction, the mark of the one before:
 * when the mark shows that its commit has landed, the result of that attempt stands. The mark of a change with activity
 * entries is the first entry, whose id is fixed for the whole call. A change without entries names a `mark` of its own;
 * one that has neither is repeated, unless `repeat` says that a lost answer ends the call.
 *
 * Under an idempotency key the result is stored in the same commit; a call that finds one commits nothing and answers
 * it, through `memo` when the result is not JSON. The key is read beside the change's own reads, at no extra round
 * trip.
 */
export async function write<T>(
  call: Call,
  work: (write: UnitOfWork) => Promise<T>,
  { memo, mark, repeat }: WriteOptions<T> = {},
): Promise<T> {
  const firstEntry = call.store.ref("activity_log", call.newId());
  let sent: { result: T; mark: CommitMark } | undefined;
  const attempt = async (tx: Tx) => {
    const [marked] = sent ? await tx.getAll([sent.mark.ref]) : [];
    if (sent && marked && sent.mark.shows(marked)) return sent.result;
    let entries = 0;
    let time: Date | undefined;
    const now = () => {
      time ??= call.now();
      return time;
    };
    const unit: UnitOfWork = {
      tx,
      get: tx.getAll,
      log(entry) {
        const ref = entries === 0 ? firstEntry : call.store.ref("activity_log", call.newId());
        const document = entryDocument(call, entry, now());
        // A microsecond apart, so that the entries of one commit keep their order.
        tx.create(ref, { ...document, created_at: call.store.timestamp(now(), entries) });
        entries += 1;
        return { ...document, id: ref.id };
      },
      now,
    };
    const result = await onceUnderKey(call, unit, work, memo);
    const shownBy = entries > 0 ? createdMark(firstEntry) : mark;
    if (shownBy) sent = { result, mark: shownBy };
    return result;
  };
  try {
    return await call.store.transaction(attempt, call.signal, repeat);
  } catch (error) {
    if (!(error instanceof AlreadyDone)) throw error;
    return memo ? await memo.restore(error.stored) : (error.stored as T);
  }
}

/**
 * A `write` whose answer also tells what was read beside it and decides nothing: `work` gives the function that makes
 * the answer of both. The commit waits for it only under an idempotency key, which stores the answer with the change.
 */
export async function writeBeside<B, T>(
  call: Call,
  beside: Promise<B>,
  work: (write: UnitOfWork) => Promise<(found: B) => T>,
): Promise<T> {
  if (call.idempotency) return await write(call, async (unit) => (await work(unit))(await beside));
  const answer = await write(call, work);
  return answer(await beside);
}

/**
 * The result of an earlier call under the same idempotency key, as `write` would give it, for operations that can be
 * refused before they come to write. Null when there is none. Throws `conflict` as `write` does. One round trip.
 */
export async function earlierResult<T>(call: Call): Promise<{ result: T } | null> {
  if (!call.idempotency) return null;
  const stored = await keyRef(call.store, call.idempotency).get();
  try {
    refuseRepetition(call.idempotency, stored, call.now());
    return null;
  } catch (error) {
    if (error instanceof AlreadyDone) return { result: error.stored as T };
    throw error;
  }
}

async function onceUnderKey<T>(
  call: Call,
  unit: UnitOfWork,
  work: (write: UnitOfWork) => Promise<T>,
  memo: Memo<T> | undefined,
): Promise<T> {
  const asked = call.idempotency;
  if (!asked) return await work(unit);
  // A change that was made before may be refused now; its key decides first.
  const [stored, outcome] = await Promise.allSettled([keyRef(call.store, asked).get(), work(unit)]);
  if (stored.status === "rejected") throw stored.reason;
  refuseRepetition(asked, stored.value, unit.now());
  if (outcome.status === "rejected") throw outcome.reason;
  const result = outcome.value;
  keepResult(unit.tx, asked, stored.value, memo ? memo.keep(result) : result, unit.now());
  return result;
}

function entryDocument(call: Call, entry: NewEntry, created_at: Date): Omit<Activity, "id"> {
  return {
    project_id: entry.project_id,
    task_id: entry.task_id ?? null,
    session_id: entry.session_id ?? null,
    agent_name: entry.agent_name || call.agent || "system",
    action: entry.action,
    details: entry.details ?? null,
    metadata: {
      ...entry.metadata,
      ...(call.client === null ? {} : { client: call.client }),
      ...(call.principal === null ? {} : { principal: call.principal.name }),
    },
    call_id: call.id,
    created_at,
  };
}
