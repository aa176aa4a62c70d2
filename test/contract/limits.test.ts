import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";

/** The limits of docs/contracts.md 1: what is at one is stored whole and comes back, one more is refused. */
const board = useBoard();

/** The widest text by bytes, as UTF-8 and as JSON. */
const wide = (length: number) => "語".repeat(length);
const escaped = (length: number) => "\u0001".repeat(length);
/** Free-form data of exactly 32 KB as JSON. */
const LARGEST_MAP = { a: "x".repeat(32 * 1024 - '{"a":""}'.length) };
const MEBIBYTE = 1024 * 1024;

describe("texts as long as real boards have them", () => {
  it.each([
    ["title", 500],
    ["description", 50_000],
  ])("a task's %s of %i characters comes back whole, one more is refused", async (field, most) => {
    const project_id = await board.project();
    const task_id = await board.task(project_id, { [field]: wide(most) });
    expect((await board.call("board_get_task", { task_id }))[field]).toBe(wide(most));
    await board.call("board_update_task", { task_id, [field]: escaped(most) });
    expect((await board.stored("tasks", task_id))[field]).toBe(escaped(most));
    const longer = { [field]: wide(most + 1) };
    await expect(board.task(project_id, longer)).toFailWith("invalid_argument");
    await expect(board.call("board_update_task", { task_id, ...longer })).toFailWith("invalid_argument");
  });

  it.each([
    ["name", 500],
    ["description", 50_000],
  ])("a project's %s of %i characters comes back whole, one more is refused", async (field, most) => {
    const project_id = await board.project({ [field]: wide(most) });
    expect((await board.stored("projects", project_id))[field]).toBe(wide(most));
    await expect(board.project({ [field]: wide(most + 1) })).toFailWith("invalid_argument");
    const longer = board.call("board_update_project", { project_id, [field]: wide(most + 1) });
    await expect(longer).toFailWith("invalid_argument");
  });

  it.each(["board_checkpoint_session", "board_end_session"])("%s keeps the longest notes whole", async (tool) => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id });
    const save = (notes: object) => board.call(tool, { session_id, progress_summary: "x", ...notes });
    await expect(save({ progress_summary: wide(8_001) })).toFailWith("invalid_argument");
    await expect(save({ handoff_notes: wide(40_001) })).toFailWith("invalid_argument");
    const notes = { progress_summary: wide(8_000), handoff_notes: wide(40_000), context_artifacts: LARGEST_MAP };
    await save(notes);
    expect(await board.stored("sessions", session_id)).toMatchObject(notes);
  });

  it("details of an entry: 4,000 characters; an agent's name: 100", async () => {
    const project_id = await board.project();
    const log = (fields: object) =>
      board.call("board_log_activity", { project_id, agent_name: "a", action: "found", ...fields });
    const { id } = await log({ details: wide(4_000), agent_name: wide(100) });
    expect(await board.stored("activity_log", id)).toMatchObject({ details: wide(4_000), agent_name: wide(100) });
    await expect(log({ details: wide(4_001) })).toFailWith("invalid_argument");
    await expect(log({ agent_name: wide(101) })).toFailWith("invalid_argument");
  });
});

it("a task depends on 100 others, not on 101", async () => {
  const project_id = await board.project();
  const ids: string[] = [];
  for (let at = 0; at < 101; at += 1) ids.push(await board.task(project_id));
  const task_id = await board.task(project_id, { depends_on: ids.slice(0, 100) });
  expect((await board.stored("tasks", task_id))?.depends_on).toHaveLength(100);
  await expect(board.call("board_update_task", { task_id, depends_on: ids })).toFailWith("invalid_argument");
  await expect(board.task(project_id, { depends_on: ids })).toFailWith("invalid_argument");
});

describe("text that is empty but for white space counts as empty", () => {
  it.each([" ", "\t\r\n", "\u00a0\u3000"])("%j", async (blank) => {
    const project_id = await board.project();
    const { session_id } = await board.call("board_create_session", { project_id });
    const refused: [tool: string, args: object][] = [
      ["board_create_project", { name: blank }],
      ["board_create_task", { project_id, title: blank }],
      ["board_claim_task", { project_id, agent_name: blank }],
      ["board_end_session", { session_id, progress_summary: blank }],
      ["board_log_activity", { project_id, agent_name: "a", action: "commented", details: blank }],
    ];
    for (const [tool, args] of refused) await expect(board.call(tool, { ...args })).toFailWith("invalid_argument");

    const task_id = await board.task(project_id, { assigned_agent: blank, description: blank });
    expect(await board.stored("tasks", task_id)).toMatchObject({ assigned_agent: null, description: null });
    await board.call("board_update_task", { task_id, description: "words", assigned_agent: "bob" });
    await board.call("board_update_task", { task_id, description: blank, assigned_agent: blank });
    expect(await board.stored("tasks", task_id)).toMatchObject({ assigned_agent: null, description: null });
    await board.call("board_update_project", { project_id, description: "words" });
    await board.call("board_update_project", { project_id, description: blank });
    expect((await board.stored("projects", project_id)).description).toBeNull();
  });

  it("notes of nothing else do not hide those of an earlier session", async () => {
    const project_id = await board.project();
    for (const handoff_notes of ["Read the parser first.", " \n"]) {
      const { session_id } = await board.call("board_create_session", { project_id });
      await board.endSession(session_id, { handoff_notes });
    }
    const { last_handoff } = await board.call("board_get_handoff", { project_id });
    expect(last_handoff.handoff_notes).toBe("Read the parser first.");
  });
});

describe("no document comes near Firestore's 1 MiB", () => {
  it.each([
    ["bytes", wide],
    ["json", escaped],
  ])("the largest task (%s), nor what a key keeps of it, nor its entries", async (name, text) => {
    const project_id = await board.project();
    const fields = { title: text(500), description: text(50_000), metadata: LARGEST_MAP };
    const task_id = await board.task(project_id, { ...fields, idempotency_key: `${name}-created` });
    await board.call("board_update_task", { task_id, description: text(49_999), idempotency_key: `${name}-updated` });
    const claim = { task_id, agent_name: text(100), idempotency_key: `${name}-claimed` };
    const first = await board.call("board_claim_task", claim);
    expect(await board.call("board_claim_task", claim)).toEqual(first);
    await board.call("board_delete_task", { task_id, require_done: false, idempotency_key: `${name}-deleted` });

    const size = (fields: unknown) => Buffer.byteLength(JSON.stringify(fields));
    const keys = await board.db.collection("idempotency_keys").get();
    const sizes = keys.docs.map((document) => size(document.data()));
    expect(sizes.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...sizes)).toBeLessThan(MEBIBYTE);
    for (const entry of await board.entries(project_id)) expect(size(entry)).toBeLessThan(8 * 1024);
  });
});
