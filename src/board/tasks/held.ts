import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { readDocuments } from "../core/read-document.js";
import { maskedTask, type RowOf } from "../model/masked.js";
import { liveLease } from "./lease.js";

/** How many leases of one name are read. */
const LEASES_READ = 50;
/** A task that somebody holds. */
export type HeldTask = RowOf<typeof maskedTask.held>;

/** How many ids of held tasks an answer names. */
const HELD_NAMED = 20;

/**
 * The tasks that agents of this name hold, over whichever connection, in one project if it is given; of more than 50
 * leases any 50 are looked at. One round trip.
 */
export async function readHeld(call: Call, agentName: string, projectId?: string): Promise<HeldTask[]> {
  const values = { "lease.agent_name": agentName, ...(projectId === undefined ? {} : { project_id: projectId }) };
  const leased = await call.store.query("tasksLeasedBy", { values, mask: MASKS.tasks.held, limit: LEASES_READ }).get();
  const now = call.now();
  return readDocuments(maskedTask.held, "task", leased.docs).rows.filter((task) => liveLease(task, now) !== null);
}

/** The ids of held tasks of a project for an answer, at most 20; those just claimed come first. Pure. */
export function heldIds(held: readonly HeldTask[], projectId: string, claimed: readonly string[] = []): string[] {
  const ids = held.filter(({ project_id }) => project_id === projectId).map(({ id }) => id);
  return [...new Set([...claimed, ...ids])].slice(0, HELD_NAMED);
}
