import { MASKS } from "../../firestore/masks.js";
import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { bytesOfTokens } from "../core/tokens.js";
import { ENDED_STATUSES } from "../model/enums.js";
import { maskedEntry, maskedSession, maskedTask } from "../model/masked.js";
import { CLOCK_AHEAD_MS } from "../tasks/lease.js";
import { taskBuckets } from "../tasks/list-order.js";
import type { EndedSession, OpenTask, RecentActivity, SinceCounts } from "./view.js";

/** What a handoff is made of, as read beside any transaction. */
export interface Contents {
  /** The latest ended board sessions, newest first. */
  ended: EndedSession[];
  /** Whether there may be older ones than those in `ended`. */
  moreEnded: boolean;
  /** Open tasks in handoff order, as many as could fit. */
  tasks: OpenTask[];
  /** All open tasks, exact. */
  taskCount: number;
  /** The latest entries of the project, newest first. */
  activity: RecentActivity[];
  /** What was counted, in a handoff of what changed since a time. */
  since?: SinceCounts;
  warnings: string[];
}

/** How many entries of the project's activity a handoff shows. */
export const RECENT_ENTRIES = 20;
/** How many ended sessions are read for the last one and its notes. */
const ENDED_FIRST = 10;
/** How many are read in a second step, when the first ones were not enough. */
export const ENDED_MORE = 200;
/** A task takes at least about this many bytes of JSON, which bounds how many can fit. */
const TASK_BYTES = 120;

/** Reads a handoff's contents in one round trip. */
export async function readContents(call: Call, projectId: string, maxTokens: number): Promise<Contents> {
  const openTasks = taskBuckets({ project_id: projectId }, MASKS.tasks.handoff);
  const limit = Math.min(500, Math.ceil(bytesOfTokens(maxTokens) / TASK_BYTES));
  const [ended, tasks, count, entries] = await Promise.all([
    readEndedSessions(call, projectId, ENDED_FIRST),
    readPage(call, openTasks, { limit }, {}),
    call.store.query("openTaskCount", { values: { project_id: projectId, status: "done" }, limit: "all" }).count(),
    call.store
      .query("activity", { values: { project_id: projectId }, mask: MASKS.activity_log.recent, limit: RECENT_ENTRIES })
      .get(),
  ]);
  const taskRows = readDocuments(maskedTask.handoff, "task", tasks.documents);
  const entryRows = readDocuments(maskedEntry.recent, "entry", entries.docs);
  return {
    ended: ended.sessions,
    moreEnded: ended.more,
    tasks: taskRows.rows,
    taskCount: count,
    activity: entryRows.rows,
    warnings: [...ended.warnings, ...taskRows.warnings, ...entryRows.warnings],
  };
}

/**
 * The latest ended board sessions, and whether there may be `more`. A missing kind means `board`, which no filter can
 * ask for: so sessions of kind `board` and the latest of any kind are both read, and those of other kinds left out. One
 * round trip.
 */
export async function readEndedSessions(call: Call, project_id: string, limit: number) {
  const values = { project_id, status: [...ENDED_STATUSES] };
  const mask = MASKS.sessions.notes;
  const answers = await Promise.all([
    call.store.query("endedSessions", { values: { ...values, kind: "board" }, mask, limit }).get(),
    call.store.query("endedSessions", { values, mask, limit }).get(),
  ]);
  const documents = new Map<string, Snapshot>();
  for (const { docs } of answers) for (const document of docs) documents.set(document.id, document);
  const { rows, warnings } = readDocuments(maskedSession.notes, "session", [...documents.values()]);
  const sessions = rows.filter(({ kind }) => kind === "board").sort(latestFirst(call.now()));
  return { sessions, more: answers.some(({ docs }) => docs.length === limit), warnings };
}

/**
 * By ended_at, then started_at, then id, the latest first (docs/contracts.md 3.2). What ended later than a minute from
 * now was written by a clock that is ahead, and ranks behind the rest: it would hide all later notes.
 */
export function latestFirst(now: Date): (a: EndedSession, b: EndedSession) => number {
  const ahead = ({ ended_at }: EndedSession) => Number(Number(ended_at) > now.getTime() + CLOCK_AHEAD_MS);
  return (a, b) => {
    const byTime = Number(b.ended_at) - Number(a.ended_at) || Number(b.started_at) - Number(a.started_at);
    return ahead(a) - ahead(b) || byTime || (a.id < b.id ? 1 : -1);
  };
}
