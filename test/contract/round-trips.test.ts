import type { Firestore } from "@google-cloud/firestore";
import { beforeAll, describe, expect, it } from "vitest";
import type { Agent } from "../support/client.js";
import { useRecordedAgent } from "../support/recorded-agent.js";
import { type Rpc, type RpcRecorder, roundTrips } from "../support/rpc-recorder.js";

// The emulator is slow with 120 aggregations of a large collection. Heartbeats would be counted.
const recorded = useRecordedAgent({ FIREBOARD_DEADLINE_MS: "60000", FIREBOARD_HEARTBEAT_MS: "600000" });
let recorder: RpcRecorder;
let agent: Agent;
let db: Firestore;
beforeAll(() => {
  ({ agent, recorder, db } = recorded());
});

const during = (tool: string, args: object): Promise<Rpc[]> => recorder.during(() => agent.call(tool, { ...args }));
const make = async (tool: string, args: object): Promise<string> => (await agent.call(tool, { ...args })).id;

async function projectWithDependency(): Promise<string> {
  const project_id = await make("board_create_project", { name: "p" });
  const first = await make("board_create_task", { project_id, title: "t", status: "done" });
  await make("board_create_task", { project_id, title: "t", depends_on: [first] });
  return project_id;
}

describe("round trips in sequence (docs/contracts.md 1.2)", () => {
  it("board_create_session: 2, however many sessions it supersedes", async () => {
    const project_id = await make("board_create_project", { name: "p" });
    expect(roundTrips(await during("board_create_session", { project_id }))).toBe(2);
    for (let at = 0; at < 12; at += 1)
      await db.doc(`sessions/superseded-${at}`).set({ project_id, status: "active", started_at: new Date() });
    const rpcs = await during("board_create_session", { project_id });
    expect(roundTrips(rpcs)).toBe(2);
    expect(rpcs.map(({ writes }) => writes)).toContain(13 * 2 + 2 + 1);
  });

  it("board_get_handoff: 1 when one of the last sessions left notes, 2 otherwise", async () => {
    const project_id = await make("board_create_project", { name: "p" });
    expect(roundTrips(await during("board_get_handoff", { project_id }))).toBe(1);
    const { session_id } = await agent.call("board_create_session", { project_id });
    await agent.call("board_end_session", { session_id, progress_summary: "s", handoff_notes: "n" });
    expect(roundTrips(await during("board_get_handoff", { project_id }))).toBe(1);
    for (let at = 0; at < 10; at += 1)
      await db
        .doc(`sessions/${project_id}-${at}`)
        .set({ project_id, kind: "board", status: "abandoned", started_at: new Date(), ended_at: new Date() });
    expect(roundTrips(await during("board_get_handoff", { project_id }))).toBe(2);
  });

  it("a session that others joined: 3 to join it, 2 to save and end one's part, 1 more for the handoff and to search", async () => {
    const project_id = await make("board_create_project", { name: "p" });
    const { session_id } = await agent.call("board_create_session", { project_id });
    await db.doc(`sessions/${session_id}`).update({ holder: "another" });
    const join = { project_id, agent_name: "a", if_active: "join" };
    expect(roundTrips(await during("board_create_session", join))).toBe(3);
    expect(roundTrips(await during("board_checkpoint_session", { session_id, handoff_notes: "n" }))).toBe(2);
    await db.doc(`sessions/${session_id}`).update({ last_seen_at: new Date(0) });
    expect(roundTrips(await during("board_end_session", { session_id, progress_summary: "s" }))).toBe(2);
    expect(roundTrips(await during("board_get_handoff", { project_id }))).toBe(2);
    expect(roundTrips(await during("board_get_session", { session_id }))).toBe(1);
    expect(roundTrips(await during("board_search", { query: "n", project_id }))).toBe(2);
    const task = { project_id, title: "t", session_id };
    expect(roundTrips(await during("board_create_task", task))).toBe(2);
  });

  it("other writes: 2, other reads: 1 or 2", async () => {
    const project_id = await make("board_create_project", { name: "p" });
    const dependency = await make("board_create_task", { project_id, title: "d" });
    const { session_id } = await agent.call("board_create_session", { project_id });
    const trips: Record<string, number> = {};
    const measure = async (tool: string, args: object) => {
      trips[tool] = roundTrips(await during(tool, args));
    };
    await measure("board_create_project", { name: "q" });
    await measure("board_update_project", { project_id, name: "r" });
    await measure("board_create_task", { project_id, title: "t", depends_on: [dependency], session_id });
    const linked = [
      { title: "t", ref: "a", depends_on: [dependency] },
      { title: "t", parent_task_id: "$a" },
    ];
    await measure("board_create_tasks", { project_id, tasks: linked, session_id });
    const task_id = await make("board_create_task", { project_id, title: "t", depends_on: [dependency] });
    await measure("board_update_task", { task_id, status: "in_progress", session_id });
    await measure("board_bulk_update_tasks", { task_ids: [task_id, dependency], status: "done", session_id });
    await measure("board_delete_task", { task_id });
    await measure("board_log_activity", { agent_name: "a", action: "found", task_id: dependency, session_id });
    await measure("board_checkpoint_session", { session_id, handoff_notes: "n" });
    await measure("board_end_session", { session_id, progress_summary: "s" });
    // The last write: the next one would carry a heartbeat for the lease, which would be counted.
    await measure("board_claim_task", { project_id: await projectWithDependency(), agent_name: "a" });
    await measure("board_get_projects", {});
    await measure("board_get_task", { task_id: dependency });
    await measure("board_get_tasks", { project_id });
    await measure("board_get_sessions", { project_id });
    await measure("board_get_session", { session_id });
    for (const part of ["record", "activity", "tasks", "turns"]) {
      trips[part] = roundTrips(await during("board_get_session", { session_id, part }));
    }
    await measure("board_get_activity", { project_id });
    await measure("board_search", { query: "t", project_id });
    expect(trips).toEqual({
      // Nothing to read: the commit alone.
      board_create_project: 1,
      board_update_project: 2,
      board_create_task: 2,
      board_create_tasks: 2,
      board_update_task: 2,
      board_bulk_update_tasks: 2,
      // The task, its children, its dependents, and the commit.
      board_delete_task: 4,
      board_log_activity: 2,
      // The candidates outside; the task with all it depends on; the commit.
      board_claim_task: 3,
      board_checkpoint_session: 2,
      board_end_session: 2,
      board_get_projects: 2,
      board_get_task: 1,
      board_get_tasks: 1,
      board_get_sessions: 1,
      board_get_session: 2,
      ...{ record: 1, activity: 1, tasks: 2, turns: 1 },
      board_get_activity: 1,
      board_search: 1,
    });
  });

  it("board_claim_task: 3, and one for each level of ancestors whose own are not in the first read", async () => {
    const project_id = await make("board_create_project", { name: "p" });
    const done = await make("board_create_task", { project_id, title: "d", status: "done" });
    const line: string[] = [];
    for (let level = 0; level < 4; level += 1) {
      const above = line.length > 0 ? { parent_task_id: line.at(-1) } : {};
      line.push(await make("board_create_task", { project_id, title: "t", depends_on: [done], ...above }));
    }
    const trips: number[] = [];
    for (const task_id of line) trips.push(roundTrips(await during("board_claim_task", { task_id, agent_name: "a" })));
    // The parent comes with the task; what stands above it takes a read for each level.
    expect(trips).toEqual([3, 3, 4, 5]);
  });

  it.each(["standard", "full", "resume"])(
    "session_init %s: two reads, and the commit for a named agent",
    async (scope) => {
      const project_id = await projectWithDependency();
      // On a busy machine one round may be counted as two, never two as one: the least of several counts is right.
      const least = async (calls: object[]) => {
        const counts: number[] = [];
        for (const args of calls) counts.push(roundTrips(await during("session_init", { project_id, scope, ...args })));
        return Math.min(...counts);
      };
      expect(await least([{}, {}, {}])).toBe(2);
      expect(await least([{ agent_id: "a" }, { agent_id: "b" }, { agent_id: "c" }])).toBe(3);
      expect(await least([{ agent_id: "a" }, { agent_id: "b" }, { agent_id: "c" }])).toBe(3);
    },
  );

  it("an idempotency key and a last session without notes cost no extra round trip", async () => {
    const project_id = await make("board_create_project", { name: "p" });
    const keyed = { project_id, title: "t", idempotency_key: "k" };
    expect(roundTrips(await during("board_create_task", keyed))).toBe(2);
    await agent.call("board_create_session", { project_id });
    const rpcs = await during("board_create_session", { project_id, idempotency_key: "k" });
    expect(roundTrips(rpcs)).toBe(2);
    const since = new Date(0).toISOString();
    expect(roundTrips(await during("board_get_handoff", { project_id, since }))).toBe(2);
  });
});

describe("what a call costs", () => {
  it("board_get_projects: at most 160 billed reads for 20 projects of 500 tasks", async () => {
    const client = await agent.call("board_get_projects", {});
    const already = client.projects.length;
    for (let project = already; project < 20; project += 1) await make("board_create_project", { name: `p${project}` });
    const { projects } = await agent.call("board_get_projects", {});
    for (const { id, total_tasks } of projects) {
      const batch = db.batch();
      for (let at = total_tasks; at < 500; at += 1)
        batch.set(db.doc(`tasks/${id}-${at}`), { project_id: id, status: at % 2 ? "done" : "todo", title: "t" });
      await batch.commit();
    }
    const rpcs = await during("board_get_projects", {});
    const trips = [roundTrips(rpcs)];
    // 120 aggregations take a busy machine a while to send, which looks like one round trip more.
    for (let at = 0; at < 4 && !trips.includes(2); at += 1)
      trips.push(roundTrips(await during("board_get_projects", {})));
    expect(Math.min(...trips)).toBe(2);
    expect(rpcs.reduce((sum, { billedReads }) => sum + billedReads, 0)).toBeLessThanOrEqual(160);
    const counted = await agent.call("board_get_projects", {});
    expect(counted.projects).toHaveLength(20);
    expect(counted.projects.every((project: { total_tasks: number }) => project.total_tasks === 500)).toBe(true);
  }, 180_000);
});
