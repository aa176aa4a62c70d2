import { beforeAll, describe, expect, it } from "vitest";
import { listTasks } from "../../src/board/tasks/list.js";
import { ids, useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import { allPages } from "../support/client.js";

/** Answers to agents take at most 8,000 tokens, three bytes of JSON for a token (docs/contracts.md 2). */
const ANSWER_BYTES = 24_000;

const board = useBoard();
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const bytes = (answer: unknown) => Buffer.byteLength(JSON.stringify(answer));

const manyIds = (count: number) => Array.from({ length: count }, (_, n) => `${"t".repeat(100)}${n}`);
const manyKeys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`key-${n}-of-many`, n]));
const lease = { agent_name: "ann", session_id: null, minutes: 60, expires_at: new Date(Date.now() + 3_600_000) };

/** Texts of every length and of every kind of character, from nothing to the most that may be stored. */
const short = (n: number) => ["x", "日".repeat(500), "\u0001".repeat(500), "😀".repeat(250), null][n % 5] ?? null;
const long = (n: number) =>
  ["", "日".repeat(50_000), "\u0001".repeat(50_000), "e\u0301".repeat(9_999), null][n % 5] ?? null;
/** Free-form data, up to 32 KB; the last has a form that no reader expects. */
const freeForm = (n: number) =>
  [{}, { huge: "x".repeat(32_000) }, manyKeys(1_500), { list: manyIds(300) }, { a: [{ b: "日".repeat(900) }] }, 5][
    n % 6
  ];

/** What each kind of row may be: fields of the n-th document. Every sixth cannot be read. */
const KINDS = {
  tasks: (n: number) => ({
    status: "todo",
    priority: n % 10 === 9 ? "urgent" : "low",
    title: short(n) ?? "",
    description: long(n),
    depends_on: n % 7 === 6 ? manyIds(100) : [],
    lease: n % 3 === 0 ? lease : null,
    metadata: freeForm(n),
  }),
  sessions: (n: number) => ({
    status: n % 2 === 0 ? "active" : "completed",
    started_at: at(n),
    agent_name: "日".repeat(n % 100),
    title: short(n),
    model: short(n + 1),
    story_id: short(n + 2),
    phase: short(n),
    progress_summary: long(n + 1),
    handoff_notes: long(n),
    metadata: freeForm(n),
  }),
  activity_log: (n: number) => ({
    agent_name: "ann",
    action: "commented",
    details: long(n),
    task_id: short(n) && "t".repeat(128),
    metadata: freeForm(n),
  }),
  projects: (n: number) => ({
    status: "paused",
    priority: n % 10 === 9 ? "urgent" : "low",
    name: short(n) ?? "",
    description: long(n),
    metadata: freeForm(n),
  }),
};

/** Stores so many documents of a kind. Gives their ids. */
async function store(kind: keyof typeof KINDS, common: object, count: number): Promise<string[]> {
  const writer = board.db.bulkWriter();
  const made = Array.from({ length: count }, (_, n) => {
    const ref = board.db.collection(kind).doc();
    void writer.create(ref, { ...KINDS[kind](n), ...common, created_at: at(n), updated_at: at(n) });
    return ref.id;
  });
  await writer.close();
  return made;
}

/** Walks a list to its end, holding each answer against its size. Gives what was found: rows, and what warnings name. */
async function walk(tool: string, args: object, rows: string): Promise<string[]> {
  const pages = await allPages(board, tool, { ...args });
  expect(pages.filter((page) => bytes(page) > ANSWER_BYTES)).toEqual([]);
  for (const page of pages) for (const row of page[rows]) expect(Object.values(row)).not.toContain(null);
  const unreadable = (warning: string) => /^The \w+ (\S+) has/.exec(warning)?.[1] ?? "";
  return pages.flatMap((page) => [...ids(page[rows]), ...(page.warnings ?? []).map(unreadable)]).sort();
}

describe("a list gives each row once, in answers of at most 8,000 tokens:", () => {
  let project_id: string;
  let stored: Record<string, string[]>;
  beforeAll(async () => {
    project_id = await board.project();
    const [tasks, sessions, entries, projects] = await Promise.all([
      store("tasks", { project_id }, 60),
      store("sessions", { project_id }, 40),
      store("activity_log", { project_id }, 40),
      store("projects", {}, 24),
    ]);
    // The project itself was logged.
    const [created] = (await board.call("board_get_activity", { project_id, action: "created" })).entries;
    stored = { tasks, sessions, entries: [...entries, created.id], projects };
  }, 60_000);

  it.each([
    ["board_get_tasks", "tasks", { detail: "full", limit: 200 }],
    ["board_get_tasks", "tasks", { detail: "full", limit: 7 }],
    ["board_get_tasks", "tasks", { limit: 1 }],
    ["board_get_tasks", "tasks", {}],
    ["board_get_sessions", "sessions", { limit: 200 }],
    ["board_get_sessions", "sessions", { limit: 3 }],
    ["board_get_activity", "entries", { limit: 200 }],
    ["board_get_activity", "entries", { limit: 5 }],
  ])("%s %s %j", async (tool, rows, args) => {
    expect(await walk(tool, { project_id, ...args }, rows)).toEqual([...(stored[rows] ?? [])].sort());
  });

  it.each([{ limit: 200 }, { limit: 4 }])("board_get_projects %j", async (args) => {
    const found = await walk("board_get_projects", { status: "paused", ...args }, "projects");
    expect(found).toEqual([...(stored.projects ?? [])].sort());
  });

  it("board_get_tasks, the ready ones", async () => {
    const found = await walk("board_get_tasks", { project_id, ready: true, limit: 9, detail: "full" }, "tasks");
    // Those that depend on nothing; every sixth is a warning. The damaged field of others is not read.
    const wanted = stored.tasks?.filter((_, n) => n % 7 !== 6);
    expect(found).toEqual(wanted?.sort());
  });

  it("resources/list", async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await board.agent.client.listResources(cursor ? { cursor } : {});
      expect(bytes(page)).toBeLessThanOrEqual(ANSWER_BYTES);
      found.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
    } while (cursor);
    const readable = stored.projects?.filter((_, n) => n % 6 !== 5) ?? [];
    const projects = found.filter((uri) => readable.some((id) => uri === `board://projects/${id}`));
    expect(projects.sort()).toEqual(readable.map((id) => `board://projects/${id}`).sort());
    expect(new Set(found).size).toBe(found.length);
  });

  it("board_search has no next page, and says how many hits had no room", async () => {
    const titles = Array.from({ length: 100 }, (_, n) => `needle ${n} ${"日".repeat(480)}`);
    const other = await board.project();
    const writer = board.db.bulkWriter();
    for (const title of titles)
      void writer.create(board.db.collection("tasks").doc(), { project_id: other, title, updated_at: at(0) });
    await writer.close();
    const answer = await board.call("board_search", { project_id: other, query: "needle", limit: 200 });
    expect(bytes(answer)).toBeLessThanOrEqual(ANSWER_BYTES);
    const missing = 100 - answer.hits.length;
    expect(answer.hits.length).toBeGreaterThan(8);
    expect(answer.warnings).toEqual([`There was no room for ${missing} more hits: narrow the query.`]);
  });
});

describe("a row", () => {
  it("has its texts cut at 500 characters and its nulls left out; board_get_task gives both", async () => {
    const project_id = await board.project();
    const description = "x".repeat(501);
    const task_id = await board.task(project_id, { description });
    await board.call("board_claim_task", { task_id, agent_name: "ann" });
    const { tasks } = await board.call("board_get_tasks", { project_id, detail: "full" });
    expect(tasks).toEqual([
      {
        ...{ id: task_id, project_id, title: "A task", description: `${"x".repeat(500)}…[cut]`, metadata: {} },
        ...{ status: "in_progress", priority: "medium", assigned_agent: "ann", depends_on: [], labels: [] },
        lease: { agent_name: "ann", expires_at: expect.any(String) },
        ...{ created_at: expect.any(String), updated_at: expect.any(String), started_at: expect.any(String) },
      },
    ]);
    // A client that can take more, as the lead's page, gets whole texts from the same function.
    const answer = { tokens: 1_000_000, rowTokens: 1_000_000, textCharacters: 1_000_000 };
    const large = { ...callOn(board.store), answer };
    expect(await listTasks(large, { project_id, detail: "full", limit: 1 })).toMatchObject({
      tasks: [{ description }],
    });
    const whole = await board.call("board_get_task", { task_id });
    expect(whole).toMatchObject({ description, riper_mode: null, lease: { session_id: null } });
  });
});
