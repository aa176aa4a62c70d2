import type { Firestore } from "@google-cloud/firestore";
import { newSession } from "../../src/board/model/session.js";

/** How much of each kind a board has. */
export interface BoardSize {
  tasks: number;
  activity_log: number;
  sessions: number;
  memories: number;
  deliveries: number;
  agents: number;
}

/** The project that has four fifths of everything. */
export const PROJECT = "project-0";
/** The agent that has half of everything. */
export const AGENT = "agent-0";
/** The agent whose tasks, a third of those that are done, are all done; and the label of as many done ones. */
export const FINISHER = "finisher";
/** The label of many tasks that are done, and of none that is open. */
export const RELEASED = "released";
/** Before everything on the board. */
export const START = new Date(Date.UTC(2026, 0, 1));

const PROJECTS = 20;
const BATCH = 500;
const PRIORITIES = ["critical", "high", "medium", "low"];
const OPEN = ["todo", "todo", "backlog", "blocked", "review"];
/** As often as they are made. */
const KINDS = ["agent", "agent", "agent", "agent", "board", "board", "board", "context", "context", "log"] as const;
const ACTIONS = ["created", "updated", "claimed", "completed", "found"];

/** A number from 0 to 1 that depends on `n` and on what it decides, so that no two fields go together. */
function chance(n: number, what: string): number {
  let hash = 2_166_136_261 ^ n;
  for (const character of `${n} ${what}`) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
const pick = <T>(list: readonly T[], n: number, what: string): T =>
  list[Math.floor(chance(n, what) * list.length)] as T;
const time = (n: number) => new Date(START.getTime() + (n + 1) * 60_000);
const agentOf = (n: number) => (chance(n, "agent") < 0.5 ? AGENT : `agent-${1 + Math.floor(chance(n, "other") * 9)}`);
const projectOf = (n: number) =>
  chance(n, "project") < 0.8 ? PROJECT : `project-${1 + Math.floor(chance(n, "other project") * (PROJECTS - 1))}`;

/**
 * Fills an empty store with a board on which much has happened: one task in seven is done, sessions are of every kind,
 * and most of those that agents opened never ended. Written directly, because the tools take a while for so much.
 */
export async function growBoard(db: Firestore, size: BoardSize): Promise<void> {
  const write = async (collection: string, count: number, make: (n: number) => object): Promise<void> => {
    for (let from = 0; from < count; from += BATCH) {
      const batch = db.batch();
      for (let n = from; n < Math.min(from + BATCH, count); n += 1) batch.set(db.doc(`${collection}/${n}`), make(n));
      await batch.commit();
    }
  };
  const makers: [keyof BoardSize, (n: number) => object][] = [
    ["tasks", task],
    ["activity_log", (n) => entry(n, size)],
    ["sessions", session],
    ["memories", memory],
    ["deliveries", delivery],
    ["agents", presence],
  ];
  const projects = db.batch();
  for (let n = 0; n < PROJECTS; n += 1) projects.set(db.doc(`projects/project-${n}`), project(n));
  await projects.commit();
  for (const [collection, make] of makers) await write(collection, size[collection], make);
}

function project(n: number): object {
  const times = { created_at: time(n), updated_at: time(n) };
  return { name: "p", description: null, status: "active", priority: pick(PRIORITIES, n, "p"), metadata: {}, ...times };
}

function task(n: number): object {
  const done = chance(n, "done") < 0.15;
  const times = { created_at: time(n), updated_at: time(n), started_at: null, completed_at: done ? time(n) : null };
  const finisher = done && chance(n, "finisher") < 0.33;
  return {
    project_id: projectOf(n),
    title: "t",
    description: null,
    status: done ? "done" : pick(OPEN, n, "status"),
    resolution: done ? pick([null, "completed", "cancelled"], n, "resolution") : null,
    priority: pick(PRIORITIES, n, "priority"),
    assigned_agent: finisher ? FINISHER : chance(n, "assigned") < 0.95 ? agentOf(n) : null,
    // Trees of five tasks; the first of them waits for the one before.
    parent_task_id: n % 5 === 0 ? null : String(n - (n % 5)),
    depends_on: n % 5 === 0 && n > 5 ? [String(n - 5)] : [],
    labels: [...(finisher ? [RELEASED] : []), ...(chance(n, "label") < 0.3 ? ["often"] : [])],
    due_at: chance(n, "due") < 0.5 ? time(n) : null,
    external_ref: null,
    lease: null,
    riper_mode: null,
    metadata: {},
    ...times,
  };
}

function entry(n: number, { tasks, sessions }: BoardSize): object {
  return {
    project_id: projectOf(n),
    task_id: chance(n, "task") < 0.3 ? null : String(Math.floor(chance(n, "which task") * tasks)),
    session_id: chance(n, "session") < 0.3 ? null : String(Math.floor(chance(n, "which session") * sessions)),
    agent_name: agentOf(n),
    action: pick(ACTIONS, n, "action"),
    details: "d",
    metadata: {},
    call_id: `call-${n}`,
    created_at: time(n),
  };
}

function session(n: number): object {
  const kind = pick(KINDS, n, "k");
  const active = n % 3 !== 0 && (kind === "agent" ? chance(n, "active") < 0.7 : kind !== "board");
  return newSession(time(n), {
    kind,
    project_id: kind === "context" || kind === "log" ? null : projectOf(n),
    agent_name: agentOf(n),
    story_id: `story-${Math.floor(n / 50)}`,
    status: active ? "active" : pick(["completed", "abandoned"] as const, n, "status"),
    ended_at: active ? null : time(n + 30),
    progress_summary: "s",
    input_tokens: 1,
    output_tokens: 1,
  });
}

function memory(n: number): object {
  const times = { created_at: time(n), updated_at: time(n) };
  return { project_id: projectOf(n), task_id: null, agent_id: agentOf(n), summary: `memory ${n}`, ...times };
}

function delivery(n: number): object {
  const shown = { scope: "standard", task_ids: [String(n)], tokens_saved: 0 };
  return { project_id: projectOf(n), agent_id: agentOf(n), session_id: String(n), ...shown, created_at: time(n) };
}

function presence(n: number): object {
  return { agent_id: `agent-${n}`, project_id: projectOf(n), intent: null, tools_hash: null, last_seen_at: time(n) };
}
