import type { Ref, Snapshot, Store } from "../../firestore/store.js";
import { sha256 } from "../core/digest.js";
import { readDocuments } from "../core/read-document.js";
import { type Session, sessionDocument } from "../model/session.js";
import { type Lease, type Task, taskDocument } from "../model/task.js";
import { isFromTheFuture, liveLease, newLease } from "../tasks/lease.js";

/** Whose sign of life it is. */
export interface Alive {
  sessions: readonly string[];
  /** Connections that claimed tasks. */
  holders: readonly string[];
}

/** What a beat found: sessions that are not active any more, holders without a lease, and writes that failed. */
export interface Beat {
  ended: string[];
  idle: string[];
  failed: unknown[];
}

/** How many leases of one holder a beat renews. */
const LEASES = 100;

/**
 * One heartbeat (docs/contracts.md 1.2): the active sessions were seen now, and the live leases of the holders last again as
 * long as they were claimed for. Each record is written only as it was read, so that a beat never revives a lease that ran
 * out or was taken over; it never changes `updated_at`. A write that fails is reported, not repeated: the next beat makes
 * up for it.
 */
export async function beat(store: Store, { sessions, holders }: Alive, now: Date): Promise<Beat> {
  const [sessionSnapshots, ...leased] = await Promise.all([
    sessions.length === 0 ? [] : store.getAll(sessions.map((id) => store.ref("sessions", id))),
    ...holders.map((holder) => heldBy(store, holder)),
  ]);
  const found = sessionSnapshots.filter(({ exists }) => exists);
  const active = readDocuments(sessionDocument, "session", found).rows.filter(({ status }) => status === "active");
  const held = readDocuments(taskDocument, "task", leased.flat()).rows.filter((task) => renewable(task, now));

  const read = new Map([...found, ...leased.flat()].map((snapshot) => [snapshot.ref.path, snapshot]));
  const outcomes = await Promise.allSettled([
    ...active.map(({ id }) => asRead(read.get(store.ref("sessions", id).path), { last_seen_at: now })),
    ...active.map((session) => seen(store, session, now)),
    ...held.map((task) => renew(read.get(store.ref("tasks", task.id).path), task, now)),
  ]);
  const busy = new Set(held.map(({ lease }) => lease?.holder));
  const alive = new Set(active.map(({ id }) => id));
  return {
    ended: sessions.filter((id) => !alive.has(id)),
    idle: holders.filter((holder) => !busy.has(holder)),
    failed: outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : [])),
  };
}

/** The document of an agent's presence in a project. Its id is a hash, because the agent's name may hold any character. */
export function agentRef(store: Store, agentId: string, projectId: string): Ref {
  return store.ref("agents", sha256(JSON.stringify([projectId, agentId])));
}

/** An agent that is known by session_init is around for as long as its session beats. */
async function seen(store: Store, { kind, agent_name, project_id }: Session, now: Date): Promise<void> {
  if (kind !== "agent" || agent_name === null || project_id === null) return;
  await agentRef(store, agent_name, project_id).update({ last_seen_at: now });
}

async function heldBy(store: Store, holder: string): Promise<Snapshot[]> {
  return (await store.query("tasksHeldBy", { values: { "lease.holder": holder }, limit: LEASES }).get()).docs;
}

/** A live lease, or one that its holder wrote when its clock was ahead, which holds nothing until it is mended here. */
function renewable(task: Task, now: Date): task is Task & { lease: Lease } {
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
async function asRead(snapshot: Snapshot | undefined, fields: Record<string, unknown>): Promise<void> {
  if (snapshot?.updateTime) await snapshot.ref.update(fields, { lastUpdateTime: snapshot.updateTime });
}
