import { beforeAll, describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import { type Answer, allPages, startAgent } from "../support/client.js";

const board = useBoard();
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const bytes = (answer: unknown) => Buffer.byteLength(JSON.stringify(answer));
const ANSWER_BYTES = 24_000;

/** How many tasks the session touched, how often each, and its turns. */
const [TASKS, TIMES, TURNS] = [30, 4, 25];
const long = "日".repeat(20_000);
let session_id: string;
let tasks: string[];

beforeAll(async () => {
  const project_id = await board.project();
  ({ session_id } = await board.call("board_create_session", { project_id, agent_name: "ann" }));
  await board.call("board_checkpoint_session", {
    session_id,
    handoff_notes: "日".repeat(8_000),
    context_artifacts: { files_modified: ["x".repeat(20_000)] },
  });
  const writer = board.db.bulkWriter();
  tasks = Array.from({ length: TASKS }, (_, n) => `touched-${n}`);
  for (const [n, id] of tasks.entries()) {
    if (n === 7) continue; // deleted since
    const title = n === 8 ? 5 : "日".repeat(500);
    void writer.create(board.db.doc(`tasks/${id}`), { project_id, title, status: "todo" });
  }
  for (let n = 0; n < TASKS * TIMES; n += 1) {
    const about = { project_id, session_id, task_id: tasks[n % TASKS], agent_name: "ann", action: "found" };
    const fields = { ...about, details: "日".repeat(4_000), created_at: at(n) };
    void writer.create(board.db.doc(`activity_log/${session_id}-${n}`), fields);
  }
  for (let n = 0; n < TURNS; n += 1)
    void writer.create(board.db.doc(`sessions/${session_id}/turns/turn-${n}`), {
      ...{ status: "completed", query_title: `Turn ${n}`, query_text: long, interpretation: long, response: long },
      ...{ tags: ["x".repeat(100)], context_list: Array(300).fill("c".repeat(300)), started_at: at(n) },
    });
  await writer.close();
});

const parts = (part: string, limit?: number): Promise<Answer[]> =>
  allPages(board, "board_get_session", { session_id, part, ...(limit && { limit }) });

describe("board_get_session", () => {
  it("gives the whole record and the first of its lists, and says that there is more", async () => {
    const whole = await board.call("board_get_session", { session_id });
    expect(whole.handoff_notes).toBe("日".repeat(8_000));
    expect(whole.context_artifacts.files_modified[0]).toHaveLength(20_000);
    expect(whole.ended_at).toBeNull();
    expect(whole.warnings[0]).toContain("There is more: ask for part");
    expect(whole.activity.length).toBeGreaterThan(4);
    expect(whole.tasks.length).toBeGreaterThan(4);
    expect(bytes([whole.activity, whole.tasks])).toBeLessThanOrEqual(ANSWER_BYTES);
  });

  it("gives the record alone", async () => {
    const { activity: _, tasks: __, warnings: ___, ...record } = await board.call("board_get_session", { session_id });
    const part = await board.call("board_get_session", { session_id, part: "record" });
    expect({ ...part, last_seen_at: null }).toEqual({ ...record, last_seen_at: null });
  });

  it.each([undefined, 3, 200])("gives each entry once, the newest first, %s a page", async (limit) => {
    const pages = await parts("activity", limit);
    const entries = pages.flatMap(({ activity }) => activity);
    const stored = await board.db.collection("activity_log").where("session_id", "==", session_id).get();
    expect(entries).toHaveLength(stored.size);
    expect(new Set(ids(entries)).size).toBe(stored.size);
    const times = entries.map(({ created_at }) => created_at);
    expect(times).toEqual([...times].sort().reverse());
    expect(pages.filter((page) => bytes(page) > ANSWER_BYTES)).toEqual([]);
  });

  it.each([undefined, 4, 200])("gives each task that it touched once, %s a page", async (limit) => {
    const pages = await parts("tasks", limit);
    const found = pages.flatMap((page) => ids(page.tasks));
    // Nothing stands for a deleted one; one that cannot be read is named.
    expect(found).toEqual(tasks.filter((_, n) => n !== 7 && n !== 8).reverse());
    expect(pages.flatMap(({ warnings = [] }) => warnings)).toEqual([expect.stringContaining("touched-8")]);
    expect(pages.filter((page) => bytes(page) > ANSWER_BYTES)).toEqual([]);
  });

  it.each([undefined, 7])("gives each turn once, the newest first, %s a page", async (limit) => {
    const pages = await parts("turns", limit);
    const turns = pages.flatMap((page) => page.turns);
    expect(ids(turns)).toEqual(Array.from({ length: TURNS }, (_, n) => `turn-${TURNS - 1 - n}`));
    expect(turns[0]).toMatchObject({ query_title: "Turn 24", query_text: `${"日".repeat(500)}…[cut]` });
    expect(turns[0]).not.toHaveProperty("error_code");
    expect(pages.filter((page) => bytes(page) > ANSWER_BYTES)).toEqual([]);
  });

  it("takes a cursor only for the part and session that gave it out", async () => {
    const { next_cursor: cursor } = await board.call("board_get_session", { session_id, part: "activity", limit: 1 });
    await expect(board.call("board_get_session", { session_id, part: "tasks", cursor })).toFailWith("invalid_argument");
  });

  it("refuses each part of a session that is not there, or of another project", async () => {
    const elsewhere = await startAgent({ ...board.database.env, FIREBOARD_ONLY_PROJECT: await board.project() });
    for (const part of ["record", "activity", "tasks", "turns"]) {
      await expect(board.call("board_get_session", { session_id: "nope", part })).toFailWith("session_not_found");
      await expect(elsewhere.call("board_get_session", { session_id, part })).toFailWith("session_not_found");
    }
    await elsewhere.close();
  });
});

describe("board_get_task", () => {
  it("gives the task whole and the first of its lists, and says what is missing", async () => {
    const project_id = await board.project();
    const writer = board.db.bulkWriter();
    const title = "日".repeat(500);
    const fields = { project_id, title, status: "todo", created_at: at(0) };
    for (let n = 0; n < 120; n += 1) {
      void writer.create(board.db.doc(`tasks/first-${n}`), fields);
      void writer.create(board.db.doc(`tasks/child-${n}`), { ...fields, parent_task_id: "hub", depends_on: ["hub"] });
    }
    const depends_on = Array.from({ length: 100 }, (_, n) => `first-${n}`);
    const description = "日".repeat(50_000);
    void writer.create(board.db.doc("tasks/hub"), { ...fields, description, depends_on });
    await writer.close();

    const { subtasks, blocked_by, blocking, warnings, ...task } = await board.call("board_get_task", {
      task_id: "hub",
    });
    expect(task).toMatchObject({ description, depends_on, title });
    for (const list of [subtasks, blocked_by, blocking]) expect(list.length).toBeGreaterThan(2);
    expect(bytes([subtasks, blocked_by, blocking])).toBeLessThanOrEqual(ANSWER_BYTES);
    expect(warnings).toEqual([
      `subtasks holds the first ${subtasks.length} of at least 120.`,
      `blocked_by holds the first ${blocked_by.length} of at least 100.`,
      `blocking holds the first ${blocking.length} of at least 120.`,
    ]);
  });
});
