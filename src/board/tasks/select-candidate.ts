import type { Call } from "../core/call.js";
import { sha256 } from "../core/digest.js";
import { asBoardError, type ErrorCode } from "../core/errors.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { type Task, taskDocument } from "../model/task.js";
import { readDependencies } from "./list.js";
import { taskBuckets } from "./list-order.js";
import { isFree, isReady } from "./readiness.js";
import { byPath, requireOpenProject } from "./relations.js";

/** How many open tasks are read for the best one that is ready. */
const FIRST_TASKS = 30;
/** How many are read when none of the first ones could be claimed. */
const MORE_TASKS = 200;

/** For whom a task is looked for, and in which project. */
export interface Wanted {
  project_id: string;
  agent_name: string;
}

/** What an agent could claim, the best first. */
export interface Candidates {
  tasks: Task[];
  /** Whether there are open tasks beyond those that were read. */
  more: boolean;
}

/**
 * What an agent could claim of a project: those of the first `limit` open tasks, in the board's order, that nobody holds and
 * that no other one of them is known to block. Throws `project_not_found`, `project_archived`. One round trip.
 */
export async function readCandidates(
  call: Call,
  { project_id, agent_name }: Wanted,
  limit = FIRST_TASKS,
): Promise<Candidates> {
  const [project, page] = await Promise.all([
    call.store.ref("projects", project_id).get(),
    readPage(call, taskBuckets({ project_id }), { limit }, {}),
  ]);
  requireOpenProject(call, byPath([project]), project_id);
  const now = call.now();
  const { rows } = readDocuments(taskDocument, "task", page.documents);
  const open = new Set(rows.map(({ id }) => id));
  const free = rows.filter((task) => isFree(task, now) && !task.depends_on.some((id) => open.has(id)));
  // A task in the queue that is assigned to an agent is that agent's; others can still claim it by its id.
  const offered = free.filter(
    ({ status, assigned_agent }) => status === "in_progress" || !assigned_agent || assigned_agent === agent_name,
  );
  return { tasks: offered, more: page.next_cursor !== null };
}

/**
 * Claims the best candidate that can still be claimed: the first ones, then those of more open tasks. `claim` claims one
 * in a transaction of its own; a refusal that concerns only its task is the next one's turn. Null when none could be
 * claimed. Throws what `claim` throws otherwise.
 */
export async function takeCandidate<T extends object>(
  call: Call,
  wanted: Wanted,
  first: Candidates,
  claim: (candidate: Task) => Promise<T>,
): Promise<T | null> {
  const claimed = await tryEach(call, first.tasks, claim);
  if (claimed || !first.more) return claimed;
  const tried = new Set(first.tasks.map(({ id }) => id));
  const { tasks } = await readCandidates(call, wanted, MORE_TASKS);
  return await tryEach(
    call,
    tasks.filter(({ id }) => !tried.has(id)),
    claim,
  );
}

/** Refusals that concern one task: another agent was faster, or the task has changed so that it cannot be claimed. */
const NEXT_AFTER: readonly ErrorCode[] = ["already_claimed", "not_claimable", "task_not_found", "conflict"];

async function tryEach<T extends object>(
  call: Call,
  candidates: readonly Task[],
  claim: (candidate: Task) => Promise<T>,
): Promise<T | null> {
  let waiting = [...candidates];
  let checked = false;
  for (let refused = 0; waiting.length > 0; refused += 1) {
    const [candidate] = waiting.splice(nextCandidate(waiting, refused, call.id), 1);
    try {
      if (candidate) return await claim(candidate);
    } catch (error) {
      const code = asBoardError(error)?.code;
      if (!code || !NEXT_AFTER.includes(code)) throw error;
      // It may wait for a task that is not among the candidates; others may as well, and each costs a transaction.
      if (code === "not_claimable" && !checked) {
        waiting = await readReady(call, waiting);
        checked = true;
      }
    }
  }
  return null;
}

/** Those free candidates whose dependencies are all done. One round trip, none without dependencies. */
async function readReady(call: Call, candidates: readonly Task[]): Promise<Task[]> {
  const known = await readDependencies(call, candidates);
  const now = call.now();
  return candidates.filter((task) => isReady(task, known, now));
}

/** Over how many tasks racing agents spread: about as many as agents that work on one board at a time. */
const SPREAD = 16;

/**
 * The tie-break: which of the waiting candidates to try (its index) when `refused` others could not be claimed. The best
 * one at first. Agents that race for it all lose to one and would meet again at the next, so from then on it is any of
 * the next few of the best one's priority. `seed` is any text that differs from call to call. Pure.
 */
export function nextCandidate(waiting: readonly Pick<Task, "priority">[], refused: number, seed: string): number {
  if (refused === 0) return 0;
  const others = waiting.findIndex(({ priority }) => priority !== waiting[0]?.priority);
  const alike = others < 0 ? waiting.length : others;
  const number = Number.parseInt(sha256(`${seed} ${refused}`).slice(0, 8), 16);
  return number % Math.max(1, Math.min(alike, SPREAD));
}
