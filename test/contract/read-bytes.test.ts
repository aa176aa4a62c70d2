import type { Firestore } from "@google-cloud/firestore";
import { beforeAll, describe, expect, it } from "vitest";
import type { Agent } from "../support/client.js";
import { useRecordedAgent } from "../support/recorded-agent.js";
import { kilobytes, type RpcRecorder } from "../support/rpc-recorder.js";

// What the long texts of the board cost a call that does not show them: bytes on the wire, on a board of 300 open tasks.
const LONG = "x".repeat(20_000);
const PRIORITIES = ["critical", "high", "medium", "low"];
const START = 1_700_000_000_000;

const recorded = useRecordedAgent({ FIREBOARD_DEADLINE_MS: "60000", FIREBOARD_HEARTBEAT_MS: "600000" });
let recorder: RpcRecorder;
let agent: Agent;
let project_id: string;
beforeAll(async () => {
  const { db, ...started } = recorded();
  ({ agent, recorder } = started);
  project_id = (await agent.call("board_create_project", { name: "p", description: "short" })).id;
  await fill(db);
});

/** Writes documents, few at a time: a commit holds 10 MiB. */
async function write(db: Firestore, collection: string, documents: Record<string, object>): Promise<void> {
  const entries = Object.entries(documents);
  for (let from = 0; from < entries.length; from += 100) {
    const batch = db.batch();
    for (const [id, fields] of entries.slice(from, from + 100)) batch.set(db.doc(`${collection}/${id}`), fields);
    await batch.commit();
  }
}

const numbered = <T>(count: number, make: (at: number) => T): [at: number, made: T][] =>
  Array.from({ length: count }, (_, at) => [at, make(at)]);

/**
 * 300 open tasks, one of which depends on 30 and one of which has 100 subtasks; 20 ended sessions, 60 entries and ten
 * other projects: each with texts of 20,000 characters that no list shows.
 */
async function fill(db: Firestore): Promise<void> {
  const times = (at: number) => ({ created_at: new Date(START + at), updated_at: new Date(START + at) });
  const tasks = numbered(300, (at) => ({
    project_id,
    title: `Task ${at}`,
    status: at >= 290 ? "in_progress" : "todo",
    priority: PRIORITIES[at % 4],
    depends_on: at === 299 ? numbered(30, (to) => `t${100 + to}`).map(([, id]) => id) : [],
    parent_task_id: at >= 100 && at < 200 ? "t0" : null,
    description: LONG,
    metadata: { long: LONG },
    lease: at < 290 ? null : { agent_name: "a", session_id: "s0", holder: "h", minutes: 60, expires_at: new Date(0) },
    ...times(at),
  }));
  const sessions = numbered(20, (at) => ({
    project_id,
    kind: "board",
    status: "completed",
    agent_name: "a",
    title: `Session ${at}`,
    progress_summary: "done",
    handoff_notes: "notes",
    metadata: { long: LONG },
    started_at: new Date(START + at),
    ended_at: new Date(START + at),
    ...times(at),
  }));
  const entries = numbered(60, (at) => ({
    project_id,
    session_id: "s0",
    task_id: `t${at}`,
    agent_name: "a",
    action: "noted",
    details: "short",
    metadata: { long: LONG },
    created_at: new Date(START + at),
  }));
  const named = (prefix: string, made: [number, object][]) =>
    Object.fromEntries(made.map(([at, fields]) => [`${prefix}${at}`, fields]));
  await write(db, "tasks", named("t", tasks));
  await write(db, "sessions", named("s", sessions));
  await write(db, "activity_log", named("e", entries));
  const others = numbered(10, (at) => ({
    name: `Other ${at}`,
    status: "active",
    priority: "low",
    metadata: { long: LONG },
    ...times(at),
  }));
  await write(db, "projects", named("p", others));
}

/** The kilobytes that a call reads at most; `args` as a function because the project has its id only later. */
const READS: [what: string, most: number, tool: string, args: () => object][] = [
  ["a handoff", 115, "board_get_handoff", () => ({ project_id })],
  ["a handoff of what changed", 250, "board_get_handoff", () => ({ project_id, since: "2001-01-01" })],
  ["the start of a session", 115, "board_create_session", () => ({ project_id })],
  ["tasks", 80, "board_get_tasks", () => ({ project_id })],
  ["the long fields of ten tasks", 430, "board_get_tasks", () => ({ project_id, detail: "full", limit: 10 })],
  ["ready tasks", 120, "board_get_tasks", () => ({ project_id, ready: true })],
  ["a task with its subtasks", 95, "board_get_task", () => ({ task_id: "t0" })],
  ["the projects", 220, "board_get_projects", () => ({})],
  ["sessions", 10, "board_get_sessions", () => ({ project_id })],
  ["the tasks of a session", 30, "board_get_session", () => ({ session_id: "s0", part: "tasks" })],
  ["the context of an agent", 90, "session_init", () => ({ project_id, agent_id: "a", scope: "full" })],
  ["the end of an agent's session", 20, "end_session", () => ({ agent_id: "a" })],
  ["sessions with their usage", 10, "sessionQuery", () => ({})],
  ["the history of turns", 5, "sessionlog_query_history", () => ({})],
  ["a search", 6300, "board_search", () => ({ project_id, query: "task" })],
  ["a cycle check", 100, "board_update_task", () => ({ task_id: "t1", depends_on: ["t299"] })],
  ["warnings of a finished task", 70, "board_update_task", () => ({ task_id: "t0", status: "done" })],
  ["a claim of one task", 50, "board_claim_task", () => ({ task_id: "t2", agent_name: "a" })],
  ["a claim from the pool", 95, "board_claim_task", () => ({ project_id, agent_name: "a" })],
];

describe("what is read is what is shown", () => {
  it.each(READS)("%s", async (_, most, tool, args) => {
    const read = kilobytes(await recorder.during(() => agent.call(tool, { ...args() })));
    expect(read).toBeLessThan(most);
  });
});
