import { BoardError } from "../core/errors.js";
import type { Lease, Task } from "../model/task.js";

/** The default length of a lease, in minutes. */
export const LEASE_MINUTES = 60;

/** A lease for an agent from now on. */
export function newLease(agent_name: string, session_id: string | null, minutes: number, now: Date): Lease {
  return { agent_name, session_id, minutes, expires_at: new Date(now.getTime() + minutes * 60_000) };
}

/**
 * The lease that holds a task at this moment: one that has run out holds nothing, without anybody having to remove it, and
 * neither does one on a task that a lead took out of in_progress in the console.
 */
export function liveLease(task: Pick<Task, "status" | "lease">, now: Date): Lease | null {
  return task.status === "in_progress" && task.lease && task.lease.expires_at > now ? task.lease : null;
}

/**
 * Refuses a change by a caller that names itself and is not the holder (docs/contracts.md 3, "Ready"): a late write of a
 * former holder ends here. Calls that name no agent pass: leads and scripts may free a task whose holder is dead.
 */
export function refuseOtherHolder(task: Pick<Task, "id" | "status" | "lease">, caller: string | null, now: Date): void {
  const lease = liveLease(task, now);
  if (lease && caller !== null && caller !== lease.agent_name) throw alreadyClaimed(task.id, lease);
}

/** `already_claimed` with the holder and the lease's end (ISO) in its details. */
export function alreadyClaimed(taskId: string, lease: Pick<Lease, "agent_name" | "expires_at">): BoardError {
  return new BoardError(
    "already_claimed",
    `Task ${taskId} is claimed by another agent.`,
    "board_claim_task with the project_id gives the best task that is free.",
    { holder: lease.agent_name, lease_expires_at: lease.expires_at.toISOString() },
  );
}
