import { Timestamp } from "firebase-admin/firestore";
import { describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import type { Answer } from "../support/client.js";

/**
 * Documents as other clients of the source schema write them (without the fields that are ours alone), and as leads leave
 * them in the console (docs/contracts.md 1).
 */
const board = useBoard();

const now = Timestamp.now();
let made = 0;

/** Stores a document directly; its id. */
async function store(collection: "projects" | "tasks" | "sessions" | "activity_log", fields: object): Promise<string> {
  made += 1;
  const id = `foreign-${made}`;
  await board.db.doc(`${collection}/${id}`).set(fields);
  return id;
}

const project = (fields: object = {}) =>
  store("projects", {
    name: "Foreign",
    status: "active",
    priority: "high",
    created_at: now,
    updated_at: now,
    ...fields,
  });
const task = (project_id: string, fields: object = {}) =>
  store("tasks", { project_id, title: "Foreign", status: "todo", priority: "high", created_at: now, ...fields });
/** A session exactly as the source document's handler writes it. */
const session = (project_id: string, fields: object = {}) =>
  store("sessions", {
    project_id,
    session_type: "solo",
    status: "active",
    started_at: now,
    ended_at: null,
    progress_summary: null,
    handoff_notes: null,
    context_artifacts: {},
    metadata: {},
    ...fields,
  });

describe("a document without our fields is read with defaults", () => {
  it("a project", async () => {
    const id = await project();
    const { projects } = await board.call("board_get_projects", { limit: 200 });
    expect(projects.find((row: Answer) => row.id === id)).toMatchObject({
      metadata: {},
      total_tasks: 0,
    });
    const changed = await board.call("board_update_project", { project_id: id, metadata: { a: 1 } });
    expect(changed.changes).toEqual(["metadata"]);
  });

  it("a task", async () => {
    const project_id = await project();
    const task_id = await task(project_id);
    const defaults = {
      description: null,
      assigned_agent: null,
      depends_on: [],
      lease: null,
      metadata: {},
      updated_at: null,
    };
    expect(await board.call("board_get_task", { task_id })).toMatchObject({
      ...defaults,
      subtasks: [],
      blocked_by: [],
    });
    const { tasks } = await board.call("board_get_tasks", { project_id, ready: true });
    expect(ids(tasks)).toEqual([task_id]);
    const claimed = await board.call("board_claim_task", { project_id, agent_name: "ann" });
    expect(claimed.task).toMatchObject({ id: task_id, assigned_agent: "ann", status: "in_progress" });
    await board.call("board_update_task", { task_id, status: "done" });
    expect((await board.stored("tasks", task_id)).completed_at).toBeInstanceOf(Timestamp);
  });

  it("an empty document", async () => {
    const task_id = await store("tasks", {});
    expect(await board.call("board_get_task", { task_id })).toMatchObject({
      title: "",
      status: "todo",
      priority: "medium",
    });
    const project_id = await store("projects", {});
    expect((await board.call("board_get_handoff", { project_id })).project).toMatchObject({
      name: "",
      status: "active",
    });
  });

  it("a session without kind is the board's: it is the active one, is in the handoff, and can be ended", async () => {
    const project_id = await project();
    const first = await session(project_id);
    await expect(board.call("board_create_session", { project_id, if_active: "reject" })).toFailWith("session_active");
    expect(await board.call("board_create_session", { project_id, if_active: "join" })).toMatchObject({
      session_id: first,
      joined: true,
    });
    const created = await board.call("board_create_session", { project_id });
    expect(created).toMatchObject({
      abandoned_sessions: 1,
      handoff: { last_session: { id: first, status: "abandoned" } },
    });

    const other = await project();
    const session_id = await session(other);
    const ended = { session_id, progress_summary: "Done", handoff_notes: "Notes" };
    expect(await board.call("board_end_session", ended)).toMatchObject({ status: "completed" });
    const { last_session } = await board.call("board_get_handoff", { project_id: other });
    expect(last_session).toMatchObject({ id: session_id, handoff_notes: "Notes" });
  });

  it("an activity entry without project_id is in the list of its task, and in no list of a project", async () => {
    const project_id = await project();
    const task_id = await task(project_id);
    const entry = { task_id, session_id: null, agent_name: "ann", action: "commented", details: "Hi", created_at: now };
    const id = await store("activity_log", { ...entry, metadata: {} });
    expect((await board.call("board_get_activity", { project_id })).entries).toEqual([]);
    const { entries } = await board.call("board_get_activity", { task_id });
    expect(entries).toMatchObject([{ id, details: "Hi" }]);
    expect(entries[0]).not.toHaveProperty("project_id");
  });
});

describe("a session of another toolset", () => {
  it("is not the one active session, is in no handoff, and cannot be ended by the board", async () => {
    const project_id = await project();
    const context = await session(project_id, { kind: "context" });
    await session(project_id, { kind: "log", status: "completed", ended_at: now, handoff_notes: "Not ours" });
    const created = await board.call("board_create_session", { project_id });
    expect(created).toMatchObject({ abandoned_sessions: 0, handoff: { last_session: null, last_handoff: null } });
    expect((await board.stored("sessions", context)).status).toBe("active");
    const end = board.call("board_end_session", { session_id: context, progress_summary: "x" });
    await expect(end).toFailWith("session_not_active");
  });
});

describe("a field of a wrong type", () => {
  it("skips a task in lists, with a warning, and is corrupt_document by id", async () => {
    const project_id = await project();
    const good = await task(project_id);
    const bad = [await task(project_id, { title: 5 }), await task(project_id, { depends_on: "x" })];
    const { tasks, warnings } = await board.call("board_get_tasks", { project_id });
    expect(ids(tasks)).toEqual([good]);
    expect(warnings).toHaveLength(bad.length);
    for (const task_id of bad) {
      expect(warnings.join()).toContain(task_id);
      await expect(board.call("board_get_task", { task_id })).toFailWith("corrupt_document");
      await expect(board.call("board_update_task", { task_id, status: "done" })).toFailWith("corrupt_document");
    }
    const handoff = await board.call("board_get_handoff", { project_id });
    expect(ids(handoff.active_tasks)).toEqual([good]);
    expect(handoff.warnings).toHaveLength(bad.length);
    const claimed = await board.call("board_claim_task", { project_id, agent_name: "ann" });
    expect(claimed.task.id).toBe(good);
  });

  it("skips a project in the list, with a warning, and is corrupt_document by id", async () => {
    const project_id = await project({ created_at: "yesterday" });
    const { projects, warnings } = await board.call("board_get_projects", { limit: 200 });
    expect(ids(projects)).not.toContain(project_id);
    expect(warnings.join()).toContain(project_id);
    await expect(board.call("board_update_project", { project_id, name: "x" })).toFailWith("corrupt_document");
    // Only what is shown is read: the handoff of a project does not tell when it was created.
    expect((await board.call("board_get_handoff", { project_id })).project.id).toBe(project_id);
    const unreadable = await project({ description: 7 });
    await expect(board.call("board_get_handoff", { project_id: unreadable })).toFailWith("corrupt_document");
  });

  it("skips a session and an entry, with a warning", async () => {
    const project_id = await project();
    const broken = await session(project_id, { status: "completed", ended_at: now, handoff_notes: ["not", "text"] });
    const entry = await store("activity_log", { project_id, action: 7, created_at: now });
    const handoff = await board.call("board_get_handoff", { project_id });
    expect(handoff).toMatchObject({ last_session: null, recent_activity: [] });
    expect(handoff.warnings.join()).toContain(broken);
    const { entries, warnings } = await board.call("board_get_activity", { project_id });
    expect(entries).toEqual([]);
    expect(warnings.join()).toContain(entry);
    await expect(board.call("board_get_session", { session_id: broken })).toFailWith("corrupt_document");
  });

  it("neither stops a project from starting a session nor leaves two sessions active", async () => {
    const project_id = await project();
    const broken = await session(project_id, { handoff_notes: 5 });
    await board.call("board_create_session", { project_id });
    expect((await board.stored("sessions", broken)).status).toBe("abandoned");
  });
});

describe("values that no tool writes, entered in the console", () => {
  it("an odd status or priority is listed last, counted, and can be corrected", async () => {
    const project_id = await project({ status: "waiting", priority: "urgent" });
    const odd = await task(project_id, { status: "waiting", priority: "urgent" });
    const normal = await task(project_id);
    const { tasks } = await board.call("board_get_tasks", { project_id });
    expect(ids(tasks)).toEqual([normal, odd]);
    const handoff = await board.call("board_get_handoff", { project_id });
    expect(ids(handoff.active_tasks)).toEqual([normal, odd]);
    expect(handoff.active_task_count).toBe(2);

    const { projects } = await board.call("board_get_projects", { limit: 200 });
    expect(projects.find(({ id }: Answer) => id === project_id)).toMatchObject({
      status: "waiting",
      task_counts: { todo: 1 },
    });
    await board.call("board_update_task", { task_id: odd, status: "todo", priority: "low" });
    await board.call("board_update_project", { project_id, status: "active", priority: "low" });
    expect(await board.stored("projects", project_id)).toMatchObject({ status: "active", priority: "low" });
  });

  it("free-form data that JSON lacks becomes text or a plain object", async () => {
    const project_id = await project();
    const metadata = { at: now, ref: board.db.doc("tasks/x"), nan: Number.NaN, bytes: Buffer.from("hi") };
    const task_id = await task(project_id, { metadata });
    const read = await board.call("board_get_task", { task_id });
    expect(read.metadata).toEqual({ at: now.toDate().toISOString(), ref: "tasks/x", nan: "NaN", bytes: "aGk=" });
  });
});
