import type { LeaseCaller } from "../core/caller.js";
import { BoardError } from "../core/errors.js";
import type { Lease, Task } from "../model/task.js";
import { goneAfterMs } from "../participants/liveness.js";
import { differByNumber } from "../participants/names.js";

/** The default length of a lease, in minutes. */
export const LEASE_MINUTES = 60;

/** How far, in milliseconds, another machine's clock may be ahead before its times are not believed. */
export const CLOCK_AHEAD_MS = 60_000;

/** A lease from now on. */
export function newLease(
  taken: Pick<Lease, "agent_name" | "session_id" | "holder">,
  minutes: number,
  now: Date,
): Lease {
  const { agent_name, session_id, holder } = taken;
  return { agent_name, session_id, holder, minutes, expires_at: new Date(now.getTime() + minutes * 60_000) };
}

/**
 * The lease that holds a task at this moment: one that has run out holds nothing, without anybody having to remove it,
 * and neither does one on a task that a lead took out of in_progress in the console, nor one from a clock that is
 * ahead.
 */
export function liveLease(task: Pick<Task, "status" | "lease">, now: Date): Lease | null {
  const { status, lease } = task;
  return status === "in_progress" && lease && lease.expires_at > now && !isFromTheFuture(lease, now) ? lease : null;
}

/** Whether a lease lasts longer than a renewal by now would give it: the clock of who wrote it was wrong. */
export function isFromTheFuture(lease: Pick<Lease, "minutes" | "expires_at">, now: Date): boolean {
  return renewedAt(lease) > now.getTime() + CLOCK_AHEAD_MS;
}

/** When the lease was taken or renewed last, in milliseconds since 1970. */
function renewedAt({ minutes, expires_at }: Pick<Lease, "minutes" | "expires_at">): number {
  return expires_at.getTime() - minutes * 60_000;
}

/** When the holder of a lease that is not renewed any more counts as gone. */
function goneAt(lease: Pick<Lease, "holder" | "minutes" | "expires_at">, heartbeatMs: number): Date {
  return new Date(renewedAt(lease) + goneAfterMs(lease.holder, heartbeatMs));
}

/** What is known of the holder of a lease, for `isHolderGone`. */
export interface HolderFacts {
  now: Date;
  /** Milliseconds between the heartbeats that renew a living holder's leases. */
  heartbeatMs: number;
  /** Whether it has ended its part in the session that it claimed the task in (ended-holders.ts). */
  ended: boolean;
}

/**
 * Whether the connection that holds a live lease is gone, so that another one of the same name may go on: it ended its
 * part itself, gave its leases up, or has not renewed this one for too long (`goneAfterMs`). Pure.
 */
export function isHolderGone(lease: Lease, { now, heartbeatMs, ended }: HolderFacts): boolean {
  return ended || lease.holder === null || goneAt(lease, heartbeatMs) < now;
}

/**
 * Whether somebody else than the caller holds a live lease (docs/contracts.md 3.0): by the connection first, then by
 * name. Over the connection that holds the lease another name is another agent, unless that name may be its leader's:
 * it is only the session's, or the task was claimed in the same session. Over another connection another name is
 * another agent, and the same name is one until the holder is gone. A caller that names no agent is nobody else. Pure.
 */
export function isHeldByOther(lease: Lease, caller: LeaseCaller, now: Date): boolean {
  if (caller.agent === null) return false;
  const sameName = caller.agent === lease.agent_name;
  if (lease.holder === caller.holder)
    return !sameName && caller.isOwnName && (caller.session_id === null || !worksUnderOtherName(lease, caller));
  const { heartbeatMs, holderEnded: ended = false } = caller;
  return !sameName || !isHolderGone(lease, { now, heartbeatMs, ended });
}

/**
 * Whether a call over the connection that holds the lease can be the holder's though its session has another name: it
 * claimed the task in that session, or had another number when it claimed it, as joining gives them.
 */
function worksUnderOtherName(lease: Lease, { agent, session_id }: LeaseCaller): boolean {
  return session_id === lease.session_id || (agent !== null && differByNumber(agent, lease.agent_name));
}

/**
 * Refuses a change by a caller that names itself and is not the holder (docs/contracts.md 3.0, fencing): a late write
 * of a former holder ends here. Calls that name no agent pass: leads and scripts may free a task whose holder is dead.
 */
export function refuseOtherHolder(task: Pick<Task, "id" | "status" | "lease">, caller: LeaseCaller, now: Date): void {
  const lease = liveLease(task, now);
  if (lease && isHeldByOther(lease, caller, now)) throw alreadyClaimed(task.id, lease, caller);
}

/**
 * Whether a call that names no agent would end the live lease of another connection: leads and scripts may, but an
 * agent that forgot to name itself should know. Pure.
 */
export function isHeldElsewhere(task: Pick<Task, "status" | "lease">, caller: LeaseCaller, now: Date): boolean {
  const lease = liveLease(task, now);
  return lease !== null && caller.agent === null && lease.holder !== caller.holder;
}

/** `already_claimed` with the holder's name and the lease's end (ISO) in its details. */
export function alreadyClaimed(
  taskId: string,
  lease: Lease,
  { agent, holder, heartbeatMs }: Pick<LeaseCaller, "agent" | "holder" | "heartbeatMs">,
): BoardError {
  const namesake = agent === lease.agent_name && holder !== lease.holder;
  return new BoardError(
    "already_claimed",
    `Task ${taskId} is claimed by ${namesake ? "another connection under your name" : "another agent"}.`,
    namesake
      ? `Another connection uses this name. If it was yours and is gone, claim the task after ${goneAt(lease, heartbeatMs).toISOString()}; board_claim_task with the project_id gives one that is free.`
      : "board_claim_task with the project_id gives the best task that is free.",
    { holder: lease.agent_name, lease_expires_at: lease.expires_at.toISOString() },
  );
}
