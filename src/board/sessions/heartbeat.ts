import { MASKS } from "../../firestore/masks.js";
import type { Ref, Snapshot, Store } from "../../firestore/store.js";
import { sha256 } from "../core/digest.js";
import { readDocuments, readMended } from "../core/read-document.js";
import { endOf } from "../model/end-time.js";
import { maskedTask } from "../model/masked.js";
import { participantDocument } from "../model/participant.js";
import { type Session, sessionDocument } from "../model/session.js";
import type { Lease } from "../model/task.js";
import type { HeldTask } from "../tasks/held.js";
import { isFromTheFuture, liveLease, newLease } from "../tasks/lease.js";
import { type Sign, signOfLife } from "./heartbeat-rules.js";

/** A connection that works in a session. */
export interface AtWork {
  session_id: string;
  holder: string;
}

/** Whose sign of life it is. */
export interface Alive {
  sessions: readonly AtWork[];
  /** Connections that claimed tasks. */
  holders: readonly string[];
}

/**
 * What a beat found: connections whose session or part in it has ended, holders without a lease, and writes that
 * failed.
 */
export interface Beat {
  ended: AtWork[];
  idle: string[];
  failed: unknown[];
}

/** How many leases of one holder a beat renews. */
const LEASES = 100;

/**
 * One heartbeat (docs/contracts.md 1.2): stores that the connections in active sessions were seen now, and renews the
 * live leases of the holders. Each record is written only as it was read, so that a beat never revives a lease that ran
 * out or was taken over; it never changes `updated_at`. A write that fails is reported, not repeated: the next beat
 * makes up for it.
 */
export async function beat(
  store: Store,
  { sessions, holders }: Alive,
  { now, heartbeatMs }: { now: Date; heartbeatMs: number },
): Promise<Beat> {
  const [working, ...leased] = await Promise.all([
    Promise.all(sessions.map((one) => readAtWork(store, one))),
    ...holders.map((holder) => heldBy(store, holder)),
  ]);
  const held = readDocuments(maskedTask.held, "task", leased.flat()).rows.filter((task) => renewable(task, now));
  const read = new Map(leased.flat().map((snapshot) => [snapshot.ref.path, snapshot]));
  const signs = working.map(({ session, own, holder, ...found }) => {
    if (session?.status !== "active") return { ...found, session: null, sign: { over: true } satisfies Sign as Sign };
    return { ...found, session, sign: signOfLife(session, own, { holder, heartbeatMs }, now) };
  });
  const outcomes = await Promise.allSettled([
    ...signs.map(({ sign, at }) => sign.session && asRead(at, sign.session)),
    ...signs.map(({ sign, ownAt }) => sign.participant && asRead(ownAt, sign.participant)),
    ...signs.map(({ session }) => session && seen(store, session, now)),
    ...held.map((task) => renew(read.get(store.ref("tasks", task.id).path), task, now)),
  ]);
  const busy = new Set(held.map(({ lease }) => lease?.holder));
  return {
    ended: sessions.filter((_, at) => signs[at]?.sign.over),
    idle: holders.filter((holder) => !busy.has(holder)),
    failed: outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : [])),
  };
}

/**
 * Gives up the parts of connections that end cleanly: the part of an agent that opened a session has no holder then, a
 * joiner's part is ended. Returns the failures; never throws for them.
 */
export async function giveUpParts(store: Store, sessions: readonly AtWork[], now: Date): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(
    sessions.map(async (one) => {
      const { session, own, at, ownAt } = await readAtWork(store, one);
      if (session?.status !== "active") return;
      if (own && own.ended_at === null) await asRead(ownAt, { ended_at: endOf(own.joined_at, now) });
      if (session.holder === one.holder && session.creator_ended_at === null) await asRead(at, { holder: null });
    }),
  );
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
}

/** A session with the part in it of a connection that joined, as far as they exist and are sound. */
async function readAtWork(store: Store, { session_id, holder }: AtWork) {
  const ref = store.ref("sessions", session_id);
  const [at, ownAt] = await store.getAll([ref, store.sub(ref, "participants", holder)]);
  const [session = null] = at?.exists ? readDocuments(sessionDocument, "session", [at]).rows : [];
  return { session, own: ownAt?.exists ? readMended(participantDocument, ownAt) : null, at, ownAt, holder };
}

/**
 * The document of an agent's presence in a project. Its id is a hash, because the agent's name may hold any character.
 */
export function agentRef(store: Store, agentId: string, projectId: string): Ref {
  return store.ref("agents", sha256(JSON.stringify([projectId, agentId])));
}

/** An agent that is known by session_init is around for as long as its session beats. */
async function seen(store: Store, { kind, agent_name, project_id }: Session, now: Date): Promise<void> {
  if (kind !== "agent" || agent_name === null || project_id === null) return;
  await agentRef(store, agent_name, project_id).update({ last_seen_at: now });
}

async function heldBy(store: Store, holder: string): Promise<Snapshot[]> {
  return (
    await store
      .query("tasksHeldBy", { values: { "lease.holder": holder }, mask: MASKS.tasks.held, limit: LEASES })
      .get()
  ).docs;
}

/** A live lease, or one that its holder wrote when its clock was ahead, which holds nothing until it is mended here. */
function renewable(task: HeldTask, now: Date): task is HeldTask & { lease: Lease } {
  const { status, lease } = task;
  return liveLease(task, now) !== null || (status === "in_progress" && lease !== null && isFromTheFuture(lease, now));
}

/** Lets a lease last its minutes from now; one that lasts a little longer already is left as it is. */
async function renew(snapshot: Snapshot | undefined, { lease }: { lease: Lease }, now: Date): Promise<void> {
  const { expires_at } = newLease(lease, lease.minutes, now);
  if (expires_at > lease.expires_at || isFromTheFuture(lease, now))
    await asRead(snapshot, { "lease.expires_at": expires_at });
}

/** Writes fields of a document on condition that it still is as it was read. */
async function asRead(snapshot: Snapshot | undefined, fields: object): Promise<void> {
  if (snapshot?.updateTime) await snapshot.ref.update(fields, { lastUpdateTime: snapshot.updateTime });
}
