import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { useBoard } from "../support/board.js";
import { type Agent, startAgent } from "../support/client.js";

const board = useBoard();
let other: Agent;
beforeAll(async () => {
  other = await startAgent(board.database.env, "another-process");
});
afterAll(() => other?.close());

/** For each writing tool, arguments that change something in a project of its own. */
const WRITES: Record<string, (project_id: string) => Promise<Record<string, unknown>>> = {
  board_create_project: async () => ({ name: "Once" }),
  board_update_project: async (project_id) => ({ project_id, name: "Renamed" }),
  board_create_task: async (project_id) => ({ project_id, title: "Once", metadata: { b: 1, a: 2 } }),
  board_create_tasks: async (project_id) => ({ project_id, tasks: [{ title: "One", ref: "a" }, { title: "Two" }] }),
  board_update_task: async (project_id) => ({ task_id: await board.task(project_id), status: "in_progress" }),
  board_bulk_update_tasks: async (project_id) => ({ task_ids: [await board.task(project_id)], status: "done" }),
  board_delete_task: async (project_id) => ({ task_id: await board.task(project_id, { status: "done" }) }),
  board_claim_task: async (project_id) => {
    await Promise.all([board.task(project_id), board.task(project_id)]);
    return { project_id, agent_name: "ann" };
  },
  board_create_session: async (project_id) => {
    await board.call("board_create_session", { project_id });
    return { project_id, agent_name: "ann" };
  },
  board_checkpoint_session: async (project_id) => ({ session_id: await session(project_id), handoff_notes: "so far" }),
  board_end_session: async (project_id) => ({ session_id: await session(project_id), progress_summary: "done" }),
  board_log_activity: async (project_id) => ({ project_id, agent_name: "ann", action: "found" }),
};

async function session(project_id: string): Promise<string> {
  return (await board.call("board_create_session", { project_id })).session_id;
}

/** All documents that a second effect would change, without the fields that heartbeats change. */
async function everything() {
  const collections = ["projects", "tasks", "sessions", "activity_log"];
  const snapshots = await Promise.all(collections.map((name) => board.db.collection(name).get()));
  return snapshots.map(({ docs }) => docs.map((document) => [document.id, withoutHeartbeats(document.data())]));
}

/** A write, also a repeated one, sends a heartbeat for its session (docs/contracts.md 1.2) some time after the answer. */
function withoutHeartbeats({ last_seen_at, lease, ...rest }: Record<string, unknown>) {
  return { ...rest, lease: lease ? { ...lease, expires_at: null } : lease };
}

describe("idempotency_key", () => {
  it("is an argument of every writing tool of the board, and of no other", () => {
    const tools = TOOLS.filter(({ name }) => name.startsWith("board_"));
    for (const tool of tools)
      expect([tool.name, "idempotency_key" in tool.input.shape]).toEqual([tool.name, !tool.annotations.readOnlyHint]);
    const writing = tools.filter(({ annotations }) => !annotations.readOnlyHint).map(({ name }) => name);
    expect(Object.keys(WRITES).sort()).toEqual(writing.sort());
  });

  it.each(Object.keys(WRITES))(
    "%s: repeated here and from another process, one effect and one answer",
    async (tool) => {
      const args = { ...(await WRITES[tool]?.(await board.project())), idempotency_key: `key-${tool}` };
      const first = await board.call(tool, args);
      const after = await everything();
      for (const agent of [board.agent, other]) {
        const again = await agent.call(tool, args);
        if (tool === "board_create_session") {
          expect(again).toMatchObject({ session_id: first.session_id, abandoned_sessions: 1, message: first.message });
          expect(again.handoff.recent_activity[0]).toMatchObject({ action: "session_started" });
        } else expect(again).toEqual(first);
      }
      expect(await everything()).toEqual(after);
    },
  );

  it.each(Object.keys(WRITES))("%s: two calls at once under the same key, one effect", async (tool) => {
    const args = { ...(await WRITES[tool]?.(await board.project())), idempotency_key: `race-${tool}` };
    const [one, two] = await Promise.all([board.call(tool, args), other.call(tool, args)]);
    for (const field of ["id", "session_id", "deleted_task_ids", "tasks"]) expect(two[field]).toEqual(one[field]);
    const kept = await board.db.collection("idempotency_keys").where("key", "==", `race-${tool}`).get();
    expect(kept.size).toBe(1);
  });

  it("refuses other arguments under the same key, whatever the order of the same ones", async () => {
    const project_id = await board.project();
    const create = (fields: object) =>
      board.call("board_create_task", { project_id, title: "t", idempotency_key: "same", ...fields });
    const { id } = await create({ metadata: { a: 1, b: { c: 2, d: 3 } } });
    expect((await create({ metadata: { b: { d: 3, c: 2 }, a: 1 } })).id).toBe(id);
    await expect(create({ metadata: { a: 2 } })).toFailWith("conflict");
    expect((await board.call("board_get_tasks", { project_id })).tasks).toHaveLength(1);
  });

  it("applies to one tool and one project, for 7 days", async () => {
    const [one, two] = [await board.project(), await board.project()];
    const create = (project_id: string) =>
      board.call("board_create_task", { project_id, title: "t", idempotency_key: "k" }).then(({ id }) => id);
    const first = await create(one);
    expect(await create(two)).not.toBe(first);
    await board.call("board_log_activity", { project_id: one, agent_name: "a", action: "found", idempotency_key: "k" });

    const stored = await board.db.collection("idempotency_keys").where("project_id", "==", one).get();
    const key = stored.docs.find((document) => document.get("tool") === "board_create_task");
    const week = key?.get("expires_at").toMillis() - key?.get("created_at").toMillis();
    expect(week).toBe(7 * 24 * 60 * 60_000);
    await key?.ref.update({ expires_at: new Date(Date.now() - 1) });
    const second = await create(one);
    expect(second).not.toBe(first);
    expect(await create(one)).toBe(second);
  });

  it("stores no refusal: the call may succeed later", async () => {
    const args = { task_id: "later-task", title: "x", idempotency_key: "refused" };
    await expect(board.call("board_update_task", args)).toFailWith("task_not_found");
    await board.db.doc("tasks/later-task").set({ project_id: await board.project(), title: "old" });
    expect((await board.call("board_update_task", args)).changes).toEqual(["title"]);
  });
});

describe("if_updated_at", () => {
  it("lets an edit of the current state pass and refuses one of an older state, with the current one", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const { updated_at } = await board.call("board_get_task", { task_id });
    await board.call("board_update_task", { task_id, title: "first", if_updated_at: updated_at });
    const outdated = board.call("board_update_task", { task_id, title: "second", if_updated_at: updated_at });
    await expect(outdated).toFailWith("conflict");
    await expect(outdated).rejects.toMatchObject({ details: { current: { id: task_id, title: "first" } } });
    expect((await board.stored("tasks", task_id)).title).toBe("first");

    const { projects } = await board.call("board_get_projects", { limit: 200 });
    const project = projects.find(({ id }: { id: string }) => id === project_id);
    const edit = (name: string) =>
      board.call("board_update_project", { project_id, name, if_updated_at: project.updated_at });
    await edit("first");
    await expect(edit("second")).toFailWith("conflict");
    await expect(edit("second")).rejects.toMatchObject({ details: { current: { name: "first" } } });
  });
});
