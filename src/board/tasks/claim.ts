import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { type NamedSession, readNamedSession } from "../core/caller.js";
import { BoardError, invalidArgument } from "../core/errors.js";
import { existing, existingTask } from "../core/existing.js";
import { withWarnings } from "../core/result.js";
import { earlierResult, type UnitOfWork, write } from "../core/write.js";
import { maskedTask } from "../model/masked.js";
import type { Lease, Task } from "../model/task.js";
import { statusTimes } from "./change.js";
import { countAll, emptyPoolText } from "./empty-pool.js";
import { readEndedHolders } from "./ended-holders.js";
import { type HeldTask, heldIds, readHeld } from "./held.js";
import { alreadyClaimed, isHeldByOther, liveLease, newLease } from "./lease.js";
import { openSubtasks, openSubtaskWarnings } from "./open-subtasks.js";
import { addRelatives, type ReadRelatives, readRelatives } from "./read-readiness.js";
import { isFree, notDoneWarnings, relativeIds, type Waiting, waitingText, waitsFor } from "./readiness.js";
import { byPath, requireOpenProject } from "./relations.js";
import { type Candidate, readCandidates, takeCandidate } from "./select-candidate.js";
import { taskDetail } from "./view.js";

const existingCandidate = existing("task", maskedTask.candidate);

/** The arguments of board_claim_task: either task_id or project_id. */
export interface ClaimTask {
  task_id?: string | undefined;
  project_id?: string | undefined;
  agent_name: string;
  session_id?: string | undefined;
  lease_minutes: number;
}

/**
 * The result of board_claim_task: the claimed task, or why there is none; and which tasks of the project the name
 * holds.
 */
export type Claimed =
  | { task: ReturnType<typeof taskDetail>; held: string[]; message: string; warnings?: string[] }
  | { task: null; held: string[]; reason: string; looked_at: number };

/**
 * Claims one task for an agent (docs/contracts.md 3, board_claim_task): the given one, or the best ready one of a
 * project. Candidates are read outside; each is decided in a transaction of its own, the next one when another agent
 * was faster. Only a claim by task_id gives a task that is held already, to its holder or when that is gone. Throws
 * `already_claimed`, `not_claimable`, `task_not_found`, `project_not_found`, `project_archived`, `session_not_found`,
 * and `invalid_argument` unless exactly one of task_id and project_id is given.
 */
export async function claimTask(call: Call, args: ClaimTask): Promise<Claimed> {
  if ((args.task_id === undefined) === (args.project_id === undefined))
    throw invalidArgument(
      "Give either task_id or project_id.",
      "task_id claims that task, project_id the best ready one.",
    );
  const { task_id, project_id = "", agent_name } = args;
  const wanted = { project_id, agent_name };
  // What a key answers stands, whatever has become of the task and its project since.
  const [earlier, read, namesake] = await Promise.allSettled([
    earlierResult<Claimed>(call),
    task_id === undefined ? readCandidates(call, wanted) : readTask(call, task_id),
    readHeld(call, agent_name, args.project_id),
  ]);
  if (earlier.status === "rejected") throw earlier.reason;
  if (earlier.value) return earlier.value.result;
  if (read.status === "rejected") throw read.reason;
  if (namesake.status === "rejected") throw namesake.reason;
  const held = namesake.value;
  const one = (task: SeenTask, relatives: string[]) => claimOne(call, args, { task, relatives, held });
  if (!("more" in read.value)) return await one(read.value, relativeIds(read.value, new Map()));
  const { claimed, looked_at, more } = await takeCandidate(call, wanted, read.value, one);
  if (claimed) return claimed;
  const reason = emptyPoolText(looked_at, more);
  return { task: null, held: heldIds(held, project_id), reason, looked_at: countAll(looked_at) };
}

async function readTask(call: Call, id: string): Promise<Candidate> {
  return existingCandidate(await call.store.ref("tasks", id).get(MASKS.tasks.candidate), id);
}

/** A task as it was read outside: it says what to read for the decision, and decides nothing. */
type SeenTask = Pick<Task, "id" | "project_id">;

/**
 * The task to be decided as it was read before, which tasks seem to decide whether it is ready, and what its agent
 * holds.
 */
interface Seen {
  task: SeenTask;
  relatives: readonly string[];
  held: readonly HeldTask[];
}

/** Decides one task in one transaction: a read of it with all it waits for, and the commit. */
async function claimOne(call: Call, args: ClaimTask, seen: Seen): Promise<Claimed> {
  let subtasksRead: ReturnType<typeof openSubtasks> | undefined;
  return await write(call, async (unit) => {
    // Nothing that must hold depends on it, so that one look is enough for all attempts.
    subtasksRead ??= openSubtasks(call, [seen.task.id]);
    const [{ task, waits }, named, subtasks] = await Promise.all([
      readDecision(call, unit, seen),
      readNamedSession(call, args.session_id),
      subtasksRead,
    ]);
    const fromPool = args.task_id === undefined;
    // No session: a claim says by its agent's name whose it is.
    const { holder, heartbeatMs } = call;
    const caller = { agent: args.agent_name, isOwnName: true, session_id: null, holder, heartbeatMs };
    const holderEnded = !fromPool && (await readEndedHolders(call, unit, [task], caller)).has(task.id);
    const now = unit.now();
    const lease = liveLease(task, now);
    if (lease && (fromPool || isHeldByOther(lease, { ...caller, holderEnded }, now)))
      throw alreadyClaimed(task.id, lease, caller);
    if (!lease) refuseUnclaimable(task, fromPool ? null : args.agent_name, waits, now);
    const open = subtasks.get(task.id) ?? [];
    if (fromPool && open.length > 0) throw isParent(task.id);
    const claimed = lease ? renewClaim(call, unit, args, task, lease) : storeClaim(call, unit, args, task, named);
    const { warnings = [], ...result } = claimed;
    const doubts = lease ? [] : [...openSubtaskWarnings(open), ...notDoneWarnings(task.id, waits)];
    return withWarnings({ ...result, held: heldIds(seen.held, task.project_id, [task.id]) }, [
      ...named.warnings,
      ...warnings,
      ...doubts,
    ]);
  });
}

/** A claim that changed the task, without what the answer says besides. */
interface Taken {
  task: ReturnType<typeof taskDetail>;
  message: string;
  warnings?: string[];
}

/**
 * The holder's repeated claim is a heartbeat: it renews the lease, over the caller's connection, and leaves no entry.
 */
function renewClaim(call: Call, unit: UnitOfWork, args: ClaimTask, task: Task, held: Lease): Taken {
  const session_id = args.session_id ?? held.session_id;
  const taken = { agent_name: args.agent_name, session_id, holder: call.holder };
  const lease = newLease(taken, args.lease_minutes, unit.now());
  unit.tx.update(call.store.ref("tasks", task.id), { lease });
  const elsewhere = args.session_id && held.session_id && held.session_id !== args.session_id;
  return {
    task: taskDetail({ ...task, lease }),
    message: "Task already claimed by you; lease renewed",
    ...(elsewhere
      ? { warnings: ["It was claimed under your name in another session: is another agent of this name at work?"] }
      : {}),
  };
}

/** Why the pool goes on to the next candidate: no caller sees it. */
function isParent(id: string): BoardError {
  return new BoardError("not_claimable", `Task ${id} has open subtasks.`, "Claim one of these.");
}

function storeClaim(call: Call, unit: UnitOfWork, args: ClaimTask, task: Task, named: NamedSession): Taken {
  const now = unit.now();
  const taken = { agent_name: args.agent_name, session_id: args.session_id ?? null, holder: call.holder };
  const fields = {
    status: "in_progress",
    assigned_agent: args.agent_name,
    lease: newLease(taken, args.lease_minutes, now),
    ...statusTimes("in_progress", task, now),
    updated_at: now,
  };
  unit.tx.update(call.store.ref("tasks", task.id), fields);
  unit.log({
    action: "claimed",
    agent_name: args.agent_name,
    project_id: task.project_id,
    task_id: task.id,
    session_id: named.session?.id ?? null,
    details: task.lease ? "Task claimed after its lease ran out" : "Task claimed",
    metadata: { from: task.status, to: "in_progress", ...(task.lease ? { previous: task.lease.agent_name } : {}) },
  });
  return { task: taskDetail({ ...task, ...fields }), message: "Task claimed" };
}

/** `assignee`: who may go on with a task that is in progress without a lease, if anybody may. */
function refuseUnclaimable(task: Task, assignee: string | null, waits: Waiting, now: Date): void {
  const own = task.status === "in_progress" && assignee !== null && task.assigned_agent === assignee;
  if (!own && !isFree(task, now))
    throw new BoardError(
      "not_claimable",
      `Task ${task.id} is ${task.status === "in_progress" ? "in progress without a lease" : "not waiting to be started"}.`,
      "board_get_task shows its status; board_update_task can put it back to todo.",
      { status: task.status, assigned_agent: task.assigned_agent },
    );
  const text = own ? null : waitingText(task.id, waits);
  if (text)
    throw new BoardError(
      "not_claimable",
      text,
      "Finish these first. board_update_task takes one that is missing out of depends_on, and moves a task in the tree by parent_task_id.",
      { blocked_by: waits.blocked_by.map(({ title: _, ...blocker }) => blocker) },
    );
}

/**
 * The task with its project, which must be open, and what it waits for, as `relatives` names it: one read, and one more
 * for each level that has changed or was not known before.
 */
async function readDecision(call: Call, { get }: UnitOfWork, { task: seen, relatives }: Seen) {
  const projectRef = (task: SeenTask) => call.store.ref("projects", task.project_id || "none");
  const ids = [...new Set([seen.id, ...relatives])];
  const [project, ...snapshots] = await get([projectRef(seen), ...ids.map((id) => call.store.ref("tasks", id))]);
  const task = existingTask(snapshots[0], seen.id);
  const moved = task.project_id === seen.project_id ? [] : await get([projectRef(task)]);
  requireOpenProject(call, byPath([...(project ? [project] : []), ...moved]), task.project_id);

  const known: ReadRelatives = new Map();
  addRelatives(known, snapshots);
  const waits = waitsFor(
    task,
    await readRelatives({ ref: call.store.ref, getAll: (refs) => get([...refs]) }, [task], known),
  );
  return { task, waits };
}
