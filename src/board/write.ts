import type { DocumentReference, DocumentSnapshot, Transaction } from "../firestore/store.js";
import type { Call } from "./call.js";
import type { Activity } from "./model/activity.js";
import type { BoardAction } from "./model/enums.js";

/** An activity entry to be written with the change it tells of. */
export interface Entry {
  action: BoardAction | (string & {});
  agent_name: string;
  project_id: string | null;
  task_id?: string | null;
  session_id?: string | null;
  details?: string | null;
  metadata?: Record<string, unknown>;
}

/** One transaction of one tool call: all reads first, then writes and entries, which are committed together. */
export interface Write {
  tx: Transaction;
  /** Reads documents inside the transaction, in one round trip. */
  get(refs: DocumentReference[]): Promise<DocumentSnapshot[]>;
  /** Adds an activity entry to the commit; returns it as it will be stored. */
  log(entry: Entry): Activity;
}

/**
 * Runs a change and its activity entries as one atomic commit (contracts.md 1.2), again when it lost a race.
 *
 * A commit can land although its answer is lost; the client then runs the callback again. So the first entry's id is
 * fixed for the whole call: when a later attempt finds that entry, the change is there, and the earlier result stands.
 */
export async function write<T>(call: Call, work: (write: Write) => Promise<T>): Promise<T> {
  const firstEntry = call.store.ref("activity_log", call.newId());
  let sent: { result: T } | undefined;
  return await call.store.transaction(async ({ tx }) => {
    if (sent && (await firstEntry.get()).exists) return sent.result;
    let entries = 0;
    const result = await work({
      tx,
      get: (refs) => (refs.length === 0 ? Promise.resolve([]) : tx.getAll(...refs)),
      log(entry) {
        const ref = entries === 0 ? firstEntry : call.store.ref("activity_log", call.newId());
        entries += 1;
        const document = entryDocument(call, entry);
        tx.create(ref, document);
        return { ...document, id: ref.id };
      },
    });
    if (entries > 0) sent = { result };
    return result;
  }, call.signal);
}

function entryDocument(call: Call, entry: Entry): Omit<Activity, "id"> {
  return {
    project_id: entry.project_id,
    task_id: entry.task_id ?? null,
    session_id: entry.session_id ?? null,
    agent_name: entry.agent_name,
    action: entry.action,
    details: entry.details ?? null,
    metadata: { ...(call.client === null ? {} : { client: call.client }), ...entry.metadata },
    call_id: call.id,
    created_at: call.now(),
  };
}
