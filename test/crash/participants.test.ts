import type { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Agent, startAgent } from "../support/client.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { type OpenDatabase, openDatabase } from "../support/open-database.js";

let database: TestDatabase;
let open: OpenDatabase;
let db: Firestore;
let survivor: Agent;
beforeAll(async () => {
  database = await freshDatabase();
  open = await openDatabase(database.config);
  db = open.db;
  survivor = await startAgent(database.env, "survivor");
});
afterAll(async () => {
  await survivor?.close();
  await open?.store.close();
  await database?.remove();
});

const LONG_AGO = () => new Date(Date.now() - 31 * 60_000);

/** Kills the server of an agent, and waits until it is gone. */
async function kill(agent: Agent): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    agent.client.onclose = resolve;
  });
  process.kill(agent.pid, "SIGKILL");
  await closed;
}

it.each(["creator", "joiner"])(
  "the %s is killed: who lives on can complete the session, and what was saved is kept",
  async (who) => {
    const doomed = await startAgent(database.env, "doomed");
    const { id: project_id } = await survivor.call("board_create_project", { name: "p" });
    const join = { project_id, agent_name: "claude", if_active: "join" };
    const [first, second] = who === "creator" ? [doomed, survivor] : [survivor, doomed];
    const { session_id } = await first.call("board_create_session", join);
    await second.call("board_create_session", join);
    await doomed.call("board_checkpoint_session", { session_id, handoff_notes: "saved before the crash" });
    await kill(doomed);

    const ref = db.doc(`sessions/${session_id}`);
    const part = (await ref.collection("participants").get()).docs[0]?.ref;
    await (who === "creator" ? ref : part)?.update({ last_seen_at: LONG_AGO() });
    await endWithAllNotes(project_id, session_id);
  },
);

it("a host that was restarted ends the session of the one that was killed, at once", async () => {
  const doomed = await startAgent(database.env, "doomed");
  const { id: project_id } = await survivor.call("board_create_project", { name: "p" });
  const { session_id } = await doomed.call("board_create_session", { project_id, agent_name: "claude" });
  await doomed.call("board_checkpoint_session", { session_id, handoff_notes: "saved before the crash" });
  await kill(doomed);
  await endWithAllNotes(project_id, session_id);
});

/** The survivor ends the session, which completes it; the next agent gets its notes and those of the one that was killed. */
async function endWithAllNotes(project_id: string, session_id: string): Promise<void> {
  const notes = { progress_summary: "s", handoff_notes: "the end" };
  const ended = await survivor.call("board_end_session", { session_id, ...notes });
  expect(ended.status).toBe("completed");
  const { last_session } = await survivor.call("board_get_handoff", { project_id });
  expect(last_session).toMatchObject({ id: session_id, status: "completed" });
  for (const said of ["saved before the crash", "the end"]) expect(last_session.handoff_notes).toContain(said);
}
