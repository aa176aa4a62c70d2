import { createHash } from "node:crypto";
import type { Call } from "../core/call.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { type Task, taskDocument } from "../model/task.js";
import { liveLease } from "./lease.js";
import { readDependencies } from "./list.js";
import { taskBuckets } from "./list-order.js";
import { isFree, isReady } from "./readiness.js";
import { byPath, requireOpenProject } from "./relations.js";

/** How many open tasks are looked at for the best one that is ready: a few at first, and more when none of them was. */
export const FIRST_LOOK = 30;
export const LAST_LOOK = 200;

/** What an agent could claim, the best first, and whether there are open tasks behind those that were looked at. */
export interface Candidates {
  tasks: Task[];
  more: boolean;
}

/**
 * What an agent could claim of a project: the task it holds already, else those of the first `look` open tasks, in the
 * board's order, that are free and that no other one of them is known to block. Throws `project_not_found`,
 * `project_archived`. One round trip.
 */
export async function readCandidates(
  call: Call,
  { project_id, agent_name }: { project_id: string; agent_name: string },
  look: number,
): Promise<Candidates> {
  const leases = call.store.query("tasksLeasedBy", { values: { "lease.agent_name": agent_name }, limit: LEASES });
  const [project, page, leased] = await Promise.all([
    call.store.ref("projects", project_id).get(),
    readPage(call, taskBuckets({ project_id }), { limit: look }, {}),
    leases.get(),
  ]);
  requireOpenProject(call, byPath([project]), project_id);
  const now = call.now();
  const held = readDocuments(taskDocument, "task", leased.docs).rows.filter(
    (task) => task.project_id === project_id && liveLease(task, now) !== null,
  );
  if (held.length > 0) return { tasks: held, more: false };

  const { rows } = readDocuments(taskDocument, "task", page.documents);
  const open = new Set(rows.map(({ id }) => id));
  const free = rows.filter((task) => isFree(task, now) && !task.depends_on.some((id) => open.has(id)));
  // A task in the queue that somebody was given is his; it can still be claimed by its id.
  const offered = free.filter(
    ({ status, assigned_agent }) => status === "in_progress" || !assigned_agent || assigned_agent === agent_name,
  );
  return { tasks: offered, more: page.next_cursor !== null };
}

/** How many leases of one agent are looked at. */
const LEASES = 100;

/** Those free candidates whose dependencies elsewhere are done as well. One round trip, none without dependencies. */
export async function readReady(call: Call, candidates: readonly Task[]): Promise<Task[]> {
  const known = await readDependencies(call, candidates);
  const now = call.now();
  return candidates.filter((task) => isReady(task, known, now));
}

/**
 * Which of the waiting candidates to try when `lost` others were taken meanwhile: the best one at first. All who race
 * lose to one and would meet again at the next, so that from then on it is any of the next few of the best one's
 * priority. `dice` is any text that differs from call to call. Pure.
 */
export function nextCandidate(waiting: readonly Pick<Task, "priority">[], lost: number, dice: string): number {
  if (lost === 0) return 0;
  const others = waiting.findIndex(({ priority }) => priority !== waiting[0]?.priority);
  const alike = others < 0 ? waiting.length : others;
  const roll = createHash("sha256").update(`${dice} ${lost}`).digest().readUInt32BE();
  return roll % Math.max(1, Math.min(alike, SPREAD));
}

/** Over how many tasks racing agents spread: about as many as agents that work on one board at a time. */
const SPREAD = 16;
