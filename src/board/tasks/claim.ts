import type { Call } from "../call.js";
import { asBoardError, BoardError, invalidArgument, notFound } from "../errors.js";
import { readDocument, readDocuments } from "../model/document.js";
import { type Task, taskDocument } from "../model/task.js";
import { readPage } from "../paging.js";
import { readNamedSession } from "../sessions/named.js";
import { type Write, write } from "../write.js";
import { statusTimes } from "./change.js";
import { alreadyClaimed, liveLease, newLease } from "./lease.js";
import { taskBuckets } from "./order.js";
import { blockers, isFree } from "./readiness.js";
import { byPath, requireOpenProject } from "./relations.js";
import { taskDetail } from "./view.js";

export interface ClaimTask {
  task_id?: string | undefined;
  project_id?: string | undefined;
  agent_name: string;
  session_id?: string | undefined;
  lease_minutes: number;
}

/** How many open tasks are looked at for the best one that is ready. */
const CANDIDATES = 200;

export type Claimed = { task: ReturnType<typeof taskDetail>; message: string } | { task: null; reason: string };

/**
 * Claims one task for an agent (contracts.md 3, board_claim_task): the given one, or the best ready one of a project.
 * Candidates are read outside; each is decided in a transaction of its own, the next one when another agent was faster.
 * Throws `already_claimed`, `not_claimable`, `task_not_found`, `project_not_found`, `project_archived`,
 * `session_not_found`, and `invalid_argument` unless exactly one of task_id and project_id is given.
 */
export async function claimTask(call: Call, args: ClaimTask): Promise<Claimed> {
  if ((args.task_id === undefined) === (args.project_id === undefined))
    throw invalidArgument(
      "Give either task_id or project_id.",
      "task_id claims that task, project_id the best ready one.",
    );
  if (args.task_id !== undefined) return await claimOne(call, args, await readTask(call, args.task_id));

  for (const candidate of await candidates(call, args.project_id as string, args.agent_name)) {
    try {
      return await claimOne(call, args, candidate);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  return { task: null, reason: "No task of this project is ready and free." };
}

/** Somebody was faster, or the task has changed so that it cannot be claimed: the next candidate's turn. */
function isTaken(error: unknown): boolean {
  const code = asBoardError(error)?.code ?? "";
  return ["already_claimed", "not_claimable", "task_not_found", "conflict"].includes(code);
}

async function readTask(call: Call, id: string): Promise<Task> {
  const snapshot = await call.store.ref("tasks", id).get();
  if (!snapshot.exists) throw notFound("task", id);
  return readDocument(taskDocument, "task", snapshot);
}

/** Free tasks in the board's order that no other open task is known to block, the agent's own first. */
async function candidates(call: Call, project_id: string, agent: string): Promise<Task[]> {
  const buckets = taskBuckets({ project_id });
  const [project, page] = await Promise.all([
    call.store.ref("projects", project_id).get(),
    readPage(call, buckets, { limit: CANDIDATES }, {}),
  ]);
  requireOpenProject(call, byPath([project]), project_id);
  const { rows } = readDocuments(taskDocument, "task", page.documents);
  const now = call.now();
  const open = new Set(rows.map(({ id }) => id));
  const free = rows.filter((task) => isFree(task, now) && !task.depends_on.some((id) => open.has(id)));
  const held = rows.filter((task) => liveLease(task, now)?.agent_name === agent);
  // A task in the queue that somebody was given is his; it can still be claimed by its id.
  const offered = free.filter(
    ({ status, assigned_agent }) => status === "in_progress" || assigned_agent === null || assigned_agent === agent,
  );
  return held.length > 0 ? held : offered;
}

/** Decides one task in one transaction: a read of it with all it depends on, and the commit. */
async function claimOne(call: Call, args: ClaimTask, seen: Task): Promise<Claimed> {
  return await write(call, async (unit) => {
    const [{ task, known }, named] = await Promise.all([
      readDecision(call, unit, seen),
      readNamedSession(call, args.session_id),
    ]);
    const now = unit.now();
    const lease = liveLease(task, now);
    if (lease && lease.agent_name !== args.agent_name) throw alreadyClaimed(task.id, lease);
    const fresh = newLease(args.agent_name, args.session_id ?? lease?.session_id ?? null, args.lease_minutes, now);
    const ref = call.store.ref("tasks", task.id);
    if (lease) {
      // The holder's repeated claim is a heartbeat: it renews the lease and leaves no entry.
      unit.tx.update(ref, { lease: fresh });
      return { task: taskDetail({ ...task, lease: fresh }), message: "Task already claimed by you; lease renewed" };
    }
    refuseUnclaimable(task, args.agent_name, known, now);

    const fields = {
      status: "in_progress",
      assigned_agent: args.agent_name,
      lease: fresh,
      ...statusTimes("in_progress", task, now),
      updated_at: now,
    };
    unit.tx.update(ref, fields);
    unit.log({
      action: "claimed",
      agent_name: args.agent_name,
      project_id: task.project_id,
      task_id: task.id,
      session_id: named.session?.id ?? null,
      details: task.lease ? "Task claimed after its lease ran out" : "Task claimed",
      metadata: { from: task.status, to: "in_progress", ...(task.lease ? { previous: task.lease.agent_name } : {}) },
    });
    const warnings = named.warnings.length > 0 ? { warnings: named.warnings } : {};
    return { task: taskDetail({ ...task, ...fields }), message: "Task claimed", ...warnings };
  });
}

function refuseUnclaimable(task: Task, agent: string, known: ReadonlyMap<string, Task>, now: Date): void {
  const own = task.status === "in_progress" && task.assigned_agent === agent;
  if (!own && !isFree(task, now))
    throw new BoardError(
      "not_claimable",
      `Task ${task.id} is ${task.status === "in_progress" ? "in progress without a lease" : "not waiting to be started"}.`,
      "board_get_task shows its status; board_update_task can put it back to todo.",
      { status: task.status, assigned_agent: task.assigned_agent },
    );
  const blocked = own ? [] : blockers(task, known);
  if (blocked.length > 0)
    throw new BoardError(
      "not_claimable",
      `Task ${task.id} waits for: ${blocked.map(({ id }) => id).join(", ")}.`,
      "Finish these first, or take one that is missing out of depends_on.",
      { blocked_by: blocked.map(({ id, status }) => ({ id, status })) },
    );
}

/** The task with its project, which must be open, and its dependencies: one read, unless they changed since `seen`. */
async function readDecision(call: Call, { get }: Write, seen: Task) {
  const refs = ({ project_id, depends_on }: Task) => [
    call.store.ref("projects", project_id || "none"),
    ...depends_on.map((id) => call.store.ref("tasks", id)),
  ];
  const snapshots = await get([call.store.ref("tasks", seen.id), ...refs(seen)]);
  const [snapshot] = snapshots;
  if (!snapshot?.exists) throw notFound("task", seen.id);
  const task = readDocument(taskDocument, "task", snapshot);
  const known = byPath(snapshots);
  const read = byPath([...snapshots, ...(await get(refs(task).filter(({ path }) => !known.has(path))))]);
  requireOpenProject(call, read, task.project_id);

  const dependencies = task.depends_on.flatMap((id) => read.get(call.store.ref("tasks", id).path) ?? []);
  const present = dependencies.filter(({ exists }) => exists);
  const { rows } = readDocuments(taskDocument, "task", present);
  return { task, known: new Map(rows.map((row) => [row.id, row])) };
}
