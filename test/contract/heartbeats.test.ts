import type { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../src/firestore/store.js";
import { type Agent, type Answer, startAgent } from "../support/client.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";

let database: TestDatabase;
let store: Store;
let db: Firestore;
/** A server whose timer sends heartbeats often, and two whose timers never fire during the tests. */
let lively: Agent;
let quiet: Agent;
let third: Agent;

beforeAll(async () => {
  database = await freshDatabase();
  ({ store, db } = await openDatabase(database.config));
  lively = await startAgent({ ...database.env, FIREBOARD_HEARTBEAT_MS: "200" });
  quiet = await startAgent({ ...database.env, FIREBOARD_HEARTBEAT_MS: "600000" });
  third = await startAgent({ ...database.env, FIREBOARD_HEARTBEAT_MS: "600000" });
});
afterAll(async () => {
  await Promise.all([lively?.close(), quiet?.close(), third?.close()]);
  await store?.close();
  await database?.remove();
});

const read = async (collection: "tasks" | "sessions", id: string): Promise<Answer> =>
  (await store.ref(collection, id).get()).data();

async function claimed(agent: Agent, agent_name: string) {
  const { id: project_id } = await agent.call("board_create_project", { name: "p" });
  const { id: task_id } = await agent.call("board_create_task", { project_id, title: "t" });
  const { session_id } = await agent.call("board_create_session", { project_id, agent_name });
  await agent.call("board_claim_task", { task_id, agent_name, session_id });
  return { project_id, task_id, session_id };
}
/** Lets a lease end soon, and makes its session look silent. */
async function age({ task_id, session_id }: { task_id: string; session_id: string }) {
  const soon = new Date(Date.now() + 5_000);
  const long_ago = new Date(Date.now() - 60 * 60_000);
  await store.ref("tasks", task_id).update({ "lease.expires_at": soon });
  await store.ref("sessions", session_id).update({ last_seen_at: long_ago });
  return { soon, long_ago };
}

describe("heartbeats", () => {
  it("renew the leases and the session of the process that opened them, and leave updated_at alone", async () => {
    const made = await claimed(lively, "timer");
    const before = { task: await read("tasks", made.task_id), session: await read("sessions", made.session_id) };
    const { soon, long_ago } = await age(made);
    await expect
      .poll(async () => (await read("tasks", made.task_id)).lease.expires_at.toMillis())
      .toBeGreaterThan(soon.getTime() + 60_000);
    await expect
      .poll(async () => (await read("sessions", made.session_id)).last_seen_at.toMillis())
      .toBeGreaterThan(long_ago.getTime() + 60_000);
    expect((await read("tasks", made.task_id)).updated_at).toEqual(before.task.updated_at);
    expect((await read("sessions", made.session_id)).updated_at).toEqual(before.session.updated_at);
  });

  it("are sent by a write too: for the session that it names, and for the leases of its own connection only", async () => {
    const made = await claimed(quiet, "writer");
    const other = await claimed(third, "writer");
    await age(made);
    const { soon, long_ago } = await age(other);
    const found = { agent_name: "writer", action: "found", session_id: other.session_id, project_id: other.project_id };
    await quiet.call("board_log_activity", found);
    await expect
      .poll(async () => (await read("tasks", made.task_id)).lease.expires_at.toMillis())
      .toBeGreaterThan(soon.getTime() + 60_000);
    await expect
      .poll(async () => (await read("sessions", other.session_id)).last_seen_at.toMillis())
      .toBeGreaterThan(long_ago.getTime() + 60_000);
    expect((await read("tasks", other.task_id)).lease.expires_at.toMillis()).toBe(soon.getTime());
  });

  it("never renew the lease of another connection whose agent has the same name", async () => {
    const dead = await claimed(third, "claude");
    const alive = await claimed(lively, "claude");
    await age(alive);
    const { soon } = await age(dead);
    await expect
      .poll(async () => (await read("tasks", alive.task_id)).lease.expires_at.toMillis())
      .toBeGreaterThan(soon.getTime() + 60_000);
    expect((await read("tasks", dead.task_id)).lease.expires_at.toMillis()).toBe(soon.getTime());
  });

  it("mend a lease from a clock that was ahead", async () => {
    const made = await claimed(lively, "ahead");
    const tomorrow = new Date(Date.now() + 24 * 60 * 60_000);
    await store.ref("tasks", made.task_id).update({ "lease.expires_at": tomorrow });
    await expect
      .poll(async () => (await read("tasks", made.task_id)).lease.expires_at.toMillis())
      .toBeLessThan(tomorrow.getTime() - 60_000);
  });

  it("never revive a lease that ran out, nor a session that ended", async () => {
    const made = await claimed(lively, "sleeper");
    const other = await claimed(lively, "awake");
    const past = new Date(Date.now() - 60_000);
    await store.ref("tasks", made.task_id).update({ "lease.expires_at": past });
    await store.ref("sessions", made.session_id).update({ status: "abandoned", last_seen_at: past });
    const { soon } = await age(other);
    // The heartbeat that renewed the other agent's lease has skipped these.
    await expect
      .poll(async () => (await read("tasks", other.task_id)).lease.expires_at.toMillis())
      .toBeGreaterThan(soon.getTime() + 60_000);
    expect((await read("tasks", made.task_id)).lease.expires_at.toMillis()).toBe(past.getTime());
    expect((await read("sessions", made.session_id)).last_seen_at.toMillis()).toBe(past.getTime());
  });

  it("of a joiner keep its own part alive, not the one of the agent that opened the session", async () => {
    const { project_id, session_id } = await claimed(quiet, "creator");
    await lively.call("board_create_session", { project_id, agent_name: "joiner", if_active: "join" });
    const [part] = (await db.collection(`sessions/${session_id}/participants`).get()).docs;
    const long_ago = new Date(Date.now() - 60 * 60_000);
    await store.ref("sessions", session_id).update({ last_seen_at: long_ago });
    await part?.ref.update({ last_seen_at: long_ago });
    await expect
      .poll(async () => (await part?.ref.get())?.get("last_seen_at").toMillis())
      .toBeGreaterThan(long_ago.getTime() + 60_000);
    expect((await read("sessions", session_id)).last_seen_at.toMillis()).toBe(long_ago.getTime());
  });
});
