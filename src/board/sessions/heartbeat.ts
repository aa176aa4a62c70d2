import type { Ref, Snapshot, Store } from "../../firestore/store.js";
import { sha256 } from "../core/digest.js";
import { readDocuments } from "../core/read-document.js";
import { type Session, sessionDocument } from "../model/session.js";
import { type Task, taskDocument } from "../model/task.js";
import { liveLease, newLease } from "../tasks/lease.js";

/** Whose sign of life it is. */
export interface Alive {
  sessions: readonly string[];
  agents: readonly string[];
}

/** What a beat found: sessions that are not active any more, agents without a lease, and writes that failed. */
export interface Beat {
  ended: string[];
  idle: string[];
  failed: unknown[];
}

/** How many leases of one agent a beat renews. */
const LEASES = 100;

/**
 * One heartbeat (docs/contracts.md 1.2): the active sessions were seen now, and the live leases of the agents, and of these
 * sessions' own agents, last again as long as they were claimed for. Each record is written only as it was read, so that
 * a beat never revives a lease that ran out or was taken over; it never changes `updated_at`. A write that fails is
 * reported, not repeated: the next beat makes up for it.
 */
export async function beat(store: Store, { sessions, agents }: Alive, now: Date): Promise<Beat> {
  const sessionSnapshots = await store.getAll(sessions.map((id) => store.ref("sessions", id)));
  const found = sessionSnapshots.filter(({ exists }) => exists);
  const active = readDocuments(sessionDocument, "session", found).rows.filter(({ status }) => status === "active");

  const names = new Set([...agents, ...active.flatMap(({ agent_name }) => agent_name ?? [])]);
  const leased = await Promise.all([...names].map((agent) => leasedBy(store, agent)));
  const snapshots = leased.flatMap(({ docs }) => docs);
  const held = readDocuments(taskDocument, "task", snapshots).rows.filter((task) => liveLease(task, now));

  const read = new Map([...found, ...snapshots].map((snapshot) => [snapshot.ref.path, snapshot]));
  const outcomes = await Promise.allSettled([
    ...active.map(({ id }) => asRead(read.get(store.ref("sessions", id).path), { last_seen_at: now })),
    ...active.map((session) => seen(store, session, now)),
    ...held.map((task) => renew(read.get(store.ref("tasks", task.id).path), task, now)),
  ]);
  const holders = new Set(held.map(({ lease }) => lease?.agent_name));
  const alive = new Set(active.map(({ id }) => id));
  return {
    ended: sessions.filter((id) => !alive.has(id)),
    idle: agents.filter((agent) => !holders.has(agent)),
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

function leasedBy(store: Store, agent: string) {
  return store.query("tasksLeasedBy", { values: { "lease.agent_name": agent }, limit: LEASES }).get();
}

/** Lets a lease last its minutes from now; one that lasts longer already is left as it is. */
async function renew(snapshot: Snapshot | undefined, { lease }: Task, now: Date): Promise<void> {
  if (!lease) return;
  const { expires_at } = newLease(lease.agent_name, lease.session_id, lease.minutes, now);
  if (expires_at > lease.expires_at) await asRead(snapshot, { "lease.expires_at": expires_at });
}

/** Writes fields of a document on condition that it still is as it was read. */
async function asRead(snapshot: Snapshot | undefined, fields: Record<string, unknown>): Promise<void> {
  if (snapshot?.updateTime) await snapshot.ref.update(fields, { lastUpdateTime: snapshot.updateTime });
}
