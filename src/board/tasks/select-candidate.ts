import { MASKS } from "../../firestore/masks.js";
import { type Batch, scanBuckets } from "../core/bucket-scan.js";
import type { Call } from "../core/call.js";
import { sha256 } from "../core/digest.js";
import { asBoardError, type ErrorCode } from "../core/errors.js";
import { existing } from "../core/existing.js";
import { lookingTime } from "../core/looking-time.js";
import type { BucketDocument } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { maskedProject, maskedTask, type RowOf } from "../model/masked.js";
import type { Task } from "../model/task.js";
import { refuseArchived } from "../projects/read.js";
import { addCounts, type Counts } from "./empty-pool.js";
import { taskBuckets } from "./list-order.js";
import { openSubtasks } from "./open-subtasks.js";
import { type ReadRelatives, readRelatives } from "./read-readiness.js";
import { isFree, isReady, relativeIds } from "./readiness.js";

const existingStatus = existing("project", maskedProject.status);

/** How many open tasks are read for the best one that is ready. */
const FIRST_TASKS = 30;
/** How many are read at a time when none of the first ones could be claimed. */
const MORE_TASKS = 200;

/** For whom a task is looked for, and in which project. */
export interface Wanted {
  project_id: string;
  agent_name: string;
}

/** A task that could be claimed, as it was read outside: the transaction that claims it reads it whole. */
export type Candidate = RowOf<typeof maskedTask.candidate>;

/** What an agent could claim, the best first. */
export interface Candidates {
  tasks: Candidate[];
  /** How many open tasks were looked at for them, by status. */
  looked_at: Counts;
  /** Whether there may be open tasks behind these. */
  more: boolean;
  /** Those tasks, as they are asked for. */
  rest: AsyncIterator<Batch, void>;
}

/** What a search for a candidate came to; without `claimed` there is none among the tasks that were looked at. */
export interface PoolSearch<T> {
  claimed: T | null;
  /** How many open tasks were looked at, by status. */
  looked_at: Counts;
  /** Whether time was up before all were. */
  more: boolean;
}

/**
 * What an agent could claim of a project: the best of the first open tasks, in the board's order. Throws
 * `project_not_found`, `project_archived`. One round trip.
 */
export async function readCandidates(call: Call, wanted: Wanted): Promise<Candidates> {
  const { project_id } = wanted;
  const start = { bucket: 0, after: null };
  const rest = scanBuckets(call, taskBuckets({ project_id }, MASKS.tasks.candidate), {
    start,
    first: FIRST_TASKS,
    size: MORE_TASKS,
  });
  const [project, first] = await Promise.all([
    call.store.ref("projects", project_id).get(MASKS.projects.status),
    rest.next(),
  ]);
  refuseArchived(existingStatus(project, project_id));
  if (first.done) return { tasks: [], looked_at: new Map(), more: false, rest };
  const { found, next } = first.value;
  const looked_at = addCounts(new Map(), documentsOf(found));
  return { tasks: offered(found, wanted, call.now()), looked_at, more: next !== null, rest };
}

const documentsOf = (found: readonly BucketDocument[]) => found.map(({ document }) => document);

/**
 * Those of the tasks that nobody holds and that are nobody else's, and that no other one shows to wait or to be a
 * parent.
 */
function offered(found: readonly BucketDocument[], { agent_name }: Wanted, now: Date): Candidate[] {
  const { rows } = readDocuments(maskedTask.candidate, "task", documentsOf(found));
  const open = new Set(rows.map(({ id }) => id));
  const parents = new Set(rows.map(({ parent_task_id }) => parent_task_id));
  return rows.filter(
    (task) =>
      isFree(task, now) &&
      // A task in the queue that is assigned to an agent is that agent's; others can still claim it by its id.
      (task.status === "in_progress" || !task.assigned_agent || task.assigned_agent === agent_name) &&
      !task.depends_on.some((id) => open.has(id)) &&
      !parents.has(task.id),
  );
}

/**
 * Claims the best candidate that can still be claimed: of the first ones, then of ever more open tasks, until one is
 * claimed, all were looked at or two thirds of the call's time have gone. `claim` claims one in a transaction of its
 * own, told which tasks seem to decide whether it is ready; a refusal that concerns only its task is the next one's
 * turn. Throws what `claim` throws otherwise.
 */
export async function takeCandidate<T extends object>(
  call: Call,
  wanted: Wanted,
  first: Candidates,
  claim: (candidate: Candidate, relatives: string[]) => Promise<T>,
): Promise<PoolSearch<T>> {
  const goOn = lookingTime(call);
  const { rest } = first;
  let { looked_at, more } = first;
  let offer: Offer = { tasks: first.tasks, known: null };
  for (;;) {
    const { claimed, untried } = await tryEach(call, offer, claim, goOn);
    if (claimed || untried > 0) return { claimed, looked_at, more: true };
    if (!more || !goOn()) return { claimed, looked_at, more };
    const next = await rest.next();
    if (next.done) return { claimed, looked_at, more: false };
    more = next.value.next !== null;
    looked_at = addCounts(looked_at, documentsOf(next.value.found));
    offer = await startable(call, offered(next.value.found, wanted, call.now()));
  }
}

/** Refusals that concern one task: another agent was faster, or the task has changed so that it cannot be claimed. */
const NEXT_AFTER: readonly ErrorCode[] = ["already_claimed", "not_claimable", "task_not_found", "conflict"];

/** Candidates, and what they wait for once that was read: with it, none that waits is among them. */
interface Offer {
  tasks: Candidate[];
  known: ReadRelatives | null;
}

async function tryEach<T extends object>(
  call: Call,
  offer: Offer,
  claim: (candidate: Candidate, relatives: string[]) => Promise<T>,
  goOn: () => boolean,
): Promise<{ claimed: T | null; untried: number }> {
  let { tasks, known } = { tasks: [...offer.tasks], known: offer.known };
  let lost = 0;
  for (let first = true; tasks.length > 0; first = false) {
    if (!first && !goOn()) break;
    const [candidate] = tasks.splice(nextCandidate(tasks, lost, call.id), 1);
    try {
      if (candidate)
        return { claimed: await claim(candidate, relativeIds(candidate, known ?? new Map())), untried: tasks.length };
    } catch (error) {
      const code = asBoardError(error)?.code;
      if (!code || !NEXT_AFTER.includes(code)) throw error;
      if (code !== "not_claimable") lost += 1;
      // Others may wait for a task that is not among the candidates as well, and each costs a transaction.
      else if (!known) ({ tasks, known } = await startable(call, tasks));
    }
  }
  return { claimed: null, untried: tasks.length };
}

/** Those free candidates that the pool gives out: they wait for nothing and have no open subtask. */
async function startable(call: Call, candidates: readonly Candidate[]): Promise<Offer & { known: ReadRelatives }> {
  const ids = candidates.map(({ id }) => id);
  const [known, parents] = await Promise.all([readRelatives(call.store, candidates), openSubtasks(call, ids)]);
  const now = call.now();
  return { tasks: candidates.filter((task) => isReady(task, known, now) && !parents.has(task.id)), known };
}

/** Over how many tasks racing agents spread: about as many as agents that work on one board at a time. */
const SPREAD = 16;

/**
 * The tie-break: which of the waiting candidates to try (its index) when `lost` others went to other agents. The best
 * one at first. Agents that race for it all lose to one and would meet again at the next, so from then on it is any of
 * the next few of the best one's priority. `seed` is any text that differs from call to call. Pure.
 */
export function nextCandidate(waiting: readonly Pick<Task, "priority">[], lost: number, seed: string): number {
  if (lost === 0) return 0;
  const others = waiting.findIndex(({ priority }) => priority !== waiting[0]?.priority);
  const alike = others < 0 ? waiting.length : others;
  const number = Number.parseInt(sha256(`${seed} ${lost}`).slice(0, 8), 16);
  return number % Math.max(1, Math.min(alike, SPREAD));
}
