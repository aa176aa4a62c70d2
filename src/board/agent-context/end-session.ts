import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { notFound } from "../core/errors.js";
import { existingSession, existingTask } from "../core/existing.js";
import { isOfCallsAlone } from "../core/holder.js";
import { readDocuments } from "../core/read-document.js";
import { type UnitOfWork, write } from "../core/write.js";
import { endOf } from "../model/end-time.js";
import { maskedDelivery, maskedEntry } from "../model/masked.js";
import { type Memory, memoryDocument } from "../model/memory.js";
import { newSession, type Session, sessionDocument } from "../model/session.js";
import { effectiveness } from "./effectiveness.js";
import { nearDuplicate } from "./memories.js";
import { openedHere, rememberOpened } from "./opened-sessions.js";
import { type OpenSessions, sessionToEnd } from "./session-to-end.js";

/** The arguments of end_session. */
export interface EndAgentSession {
  agent_id: string;
  /** Which session, where the agent has several. */
  session_id?: string | undefined;
  task_id?: string | undefined;
  summary?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  input_tokens?: number | undefined;
  output_tokens?: number | undefined;
  cost_usd?: number | undefined;
}

const MEMORIES = 200;
const LOOKED_AT = 200;
const WEEK_MS = 7 * 24 * 60 * 60_000;

/**
 * Ends an agent's session (docs/contracts.md 6, end_session): keeps the summary as a memory of the project, records the
 * usage, closes the session of kind `agent`, and reports how well context was delivered. Idempotent: without an open
 * session, the same usage and summary as the last one's change nothing; others make a record of their own. Throws
 * `task_not_found`, `session_not_found`, and `invalid_argument` when the agent has open sessions in several projects.
 */
export async function endAgentSession(call: Call, args: EndAgentSession) {
  const newSessionId = call.newUuid();
  const newMemoryId = call.newId();
  const outcome = await write(call, async (unit) => {
    const [sessions, taskProject] = await Promise.all([readSessions(call, unit, args), projectOfTask(call, args)]);
    const open = sessionToEnd(sessions, taskProject);
    const { last } = sessions;
    const project_id = open?.project_id ?? taskProject ?? last?.project_id ?? null;
    const memory = args.summary && project_id !== null ? await findMemory(call, unit, project_id, args.summary) : null;
    const repeated = !open && last !== null && sameAsLast(last, args);
    if (repeated) return { session: session(last), project_id, memory_id: memory?.id ?? null, repeated };

    const memory_id = project_id === null ? null : keepMemory(call, unit, { args, project_id, memory, newMemoryId });
    const closed = closeSession(call, unit, { args, open, project_id, memory_id, newSessionId });
    return { session: session(closed), project_id, memory_id, repeated };
  });
  rememberOpened(call, args.agent_id, outcome.session.id);
  const report = await effectivenessReport(call, args.agent_id, outcome);
  return { session_id: outcome.session.id, memory_id: outcome.memory_id, effectiveness_report: report };
}

/** What the report needs of a session, as JSON. */
const session = ({ id, started_at }: Pick<Session, "id" | "started_at">) => ({
  id,
  started_at: started_at?.getTime() ?? 0,
});

/**
 * Reads the agent's open sessions, in the transaction, and its last one that has ended: the given one; else those that
 * this connection opened; else, where it opened none, all of the agent's.
 */
async function readSessions(call: Call, { tx }: UnitOfWork, args: EndAgentSession): Promise<OpenSessions> {
  const { agent_id, session_id } = args;
  const ids = session_id === undefined ? openedHere(call, agent_id) : [session_id];
  if (ids.length > 0) {
    const snapshots = await tx.getAll(ids.map((id) => call.store.ref("sessions", id)));
    const given = session_id === undefined ? null : existingSession(snapshots[0], session_id);
    if (given && (given.kind !== "agent" || given.agent_name !== agent_id)) throw notFound("session", given.id);
    const found = snapshots.filter(({ exists }) => exists);
    const sessions = readDocuments(sessionDocument, "session", found).rows.sort(latestFirst);
    const open = sessions.filter(({ status }) => status === "active");
    return { open, last: sessions.find(({ status }) => status === "completed") ?? null, opened: true };
  }
  const ofStatus = (status: string, limit: number) =>
    call.store.query("agentSessions", { values: { kind: "agent", agent_name: agent_id, status }, limit });
  const [active, history] = await Promise.all([tx.get(ofStatus("active", 50)), ofStatus("completed", 5).get()]);
  const open = readDocuments(sessionDocument, "session", active.docs).rows.sort(latestFirst);
  const past = readDocuments(sessionDocument, "session", history.docs).rows;
  // Over HTTP no connection remembers them: they are known by their holder, which is the agent's own.
  const own = isOfCallsAlone(call.holder) ? open.filter(({ holder }) => holder === call.holder) : [];
  return { open: own.length > 0 ? own : open, last: past[0] ?? null, opened: own.length > 0 };
}

/** By the last sign of life, the latest first. */
const latestFirst = (a: Session, b: Session) => Number(b.last_seen_at) - Number(a.last_seen_at);

async function projectOfTask(call: Call, { task_id }: EndAgentSession): Promise<string | null> {
  if (task_id === undefined) return null;
  const snapshot = await call.store.ref("tasks", task_id).get();
  return existingTask(snapshot, task_id).project_id;
}

/**
 * A memory of the project that says nearly the same; read in the transaction, so that two calls do not both add one.
 */
async function findMemory(call: Call, { tx }: UnitOfWork, project_id: string, summary: string): Promise<Memory | null> {
  const found = await tx.get(call.store.query("memories", { values: { project_id }, limit: MEMORIES }));
  const { rows } = readDocuments(memoryDocument, "memory", found.docs);
  return rows.find((memory) => nearDuplicate(memory.summary, summary)) ?? null;
}

function sameAsLast(last: Session, args: EndAgentSession): boolean {
  return (
    last.progress_summary === (args.summary ?? null) &&
    last.input_tokens === (args.input_tokens ?? 0) &&
    last.output_tokens === (args.output_tokens ?? 0) &&
    last.cost_usd === (args.cost_usd ?? null)
  );
}

function keepMemory(
  call: Call,
  { tx, now: time }: UnitOfWork,
  given: { args: EndAgentSession; project_id: string; memory: Memory | null; newMemoryId: string },
): string | null {
  const { args, project_id, memory, newMemoryId } = given;
  const { summary, agent_id } = args;
  if (!summary) return null;
  const now = time();
  const task_id = args.task_id ?? memory?.task_id ?? null;
  if (memory) tx.update(call.store.ref("memories", memory.id), { summary, agent_id, task_id, updated_at: now });
  else {
    const fields = { project_id, task_id, agent_id, summary, created_at: now, updated_at: now };
    tx.create(call.store.ref("memories", newMemoryId), fields);
  }
  return memory?.id ?? newMemoryId;
}

function closeSession(
  call: Call,
  { tx, log, now: time }: UnitOfWork,
  given: {
    args: EndAgentSession;
    open: Session | null;
    project_id: string | null;
    memory_id: string | null;
    newSessionId: string;
  },
): Pick<Session, "id" | "started_at"> {
  const { args, open, project_id, memory_id, newSessionId } = given;
  const now = time();
  const closing = {
    status: "completed",
    ended_at: endOf(open?.started_at ?? null, now),
    last_seen_at: now,
    updated_at: now,
    progress_summary: args.summary ?? null,
    model: args.model ?? open?.model ?? null,
    provider: args.provider ?? open?.provider ?? null,
    input_tokens: args.input_tokens ?? 0,
    output_tokens: args.output_tokens ?? 0,
    cost_usd: args.cost_usd ?? null,
  };
  const id = open?.id ?? newSessionId;
  if (open) tx.update(call.store.ref("sessions", id), closing);
  else
    tx.create(call.store.ref("sessions", id), {
      ...newSession(now, { kind: "agent", project_id, agent_name: args.agent_id, holder: call.holder }),
      ...closing,
    });
  log({
    action: "session_ended",
    agent_name: args.agent_id,
    project_id,
    task_id: args.task_id ?? null,
    session_id: id,
    details: "Agent session completed",
    metadata: { from: open ? "active" : null, to: "completed", ...(memory_id ? { memory_id } : {}) },
  });
  return { id, started_at: open?.started_at ?? now };
}

interface Ended {
  session: { id: string; started_at: number };
  project_id: string | null;
  repeated: boolean;
}

async function effectivenessReport(call: Call, agent: string, { session, project_id, repeated }: Ended) {
  const values = { project_id, agent_id: agent };
  const [delivered, acted] = await Promise.all([
    call.store.query("deliveries", { values, mask: MASKS.deliveries.row, limit: LOOKED_AT }).get(),
    call.store
      .query("activity", { values: { agent_name: agent }, mask: MASKS.activity_log.touched, limit: LOOKED_AT })
      .get(),
  ]);
  const deliveries = readDocuments(maskedDelivery.row, "delivery", delivered.docs).rows;
  const activity = readDocuments(maskedEntry.touched, "entry", acted.docs).rows;
  const before = deliveries.filter(
    ({ session_id, created_at }) =>
      session_id !== session.id &&
      Number(created_at) < session.started_at &&
      Number(created_at) >= session.started_at - WEEK_MS,
  );
  return {
    ...effectiveness(
      deliveries.filter(({ session_id }) => session_id === session.id),
      activity,
    ),
    prev_7d: before.length === 0 ? null : effectiveness(before, activity),
    message: repeated
      ? "Session was already ended; nothing was recorded again."
      : "Session ended; summary and usage recorded.",
  };
}
