import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";

const board = useBoard();

type Args = Record<string, unknown>;

const refused = (tool: string, args: Args) =>
  board.call(tool, args).then(
    () => expect.fail("was not refused"),
    (error) => error,
  );

describe("empty text for what guards a call", () => {
  it.each([
    ["board_update_task", "project_id", "give an id or leave it out"],
    ["board_update_task", "session_id", "give an id or leave it out"],
    ["board_update_task", "if_updated_at", "give a time or leave it out"],
    ["board_update_task", "idempotency_key", "give a key or leave it out"],
    ["sessionlog_complete_turn", "sessionId", "give an id or leave it out"],
    ["sessionlog_complete_turn", "requestId", "give an id or leave it out"],
  ])("%s: %s is said to be empty, and that it may be left out", async (tool, guard, repair) => {
    const args = tool === "board_update_task" ? { task_id: "t" } : { response: "r" };
    for (const empty of ["", " \n"])
      expect(await refused(tool, { ...args, [guard]: empty })).toMatchObject({
        code: "invalid_argument",
        message: `${tool}: ${guard}: is empty; ${repair}.`,
      });
  });

  it("is only said to be empty where the argument is required", async () => {
    expect((await refused("board_get_tasks", { project_id: "" })).message).toBe(
      "board_get_tasks: project_id: is empty.",
    );
    expect((await refused("board_get_task", { task_id: " " })).message).toBe("board_get_task: task_id: is empty.");
    expect((await refused("board_create_project", { name: "" })).message).toBe("board_create_project: name: is empty.");
  });
});

describe("a refusal of many faults", () => {
  it("names as many as 1,500 characters hold, and how many more there are", async () => {
    const { message } = await refused("board_update_task", { task_id: "t", clear: Array(101).fill("a") });
    expect(message.length).toBeLessThan(1_600);
    const [, more] = /; and (\d+) more\.$/.exec(message) ?? [];
    expect(message.split("; ").length - 1 + Number(more)).toBe(101);
  });
});

describe("the hint of a refusal", () => {
  const hint = async (tool: string, args: Args) => (await refused(tool, args)).hint;
  const FIELDS =
    "ref, title, description, status, resolution, priority, assigned_agent, parent_task_id, depends_on, labels, due_at, external_ref, riper_mode, metadata";

  it("lists arguments when a name is unknown or missing, not when only a value is wrong", async () => {
    const list = "Arguments of board_get_handoff: project_id, max_tokens, since.";
    expect(await hint("board_get_handoff", {})).toBe(list);
    expect(await hint("board_get_handoff", { project_id: "p", colour: "red" })).toBe(list);
    expect(await hint("board_get_handoff", { project_id: "p", max_tokens: -5 })).toBe(
      "Correct the argument and call again.",
    );
  });

  it("lists the fields of what is in a list when the fault is there", async () => {
    const create = (...tasks: unknown[]) => hint("board_create_tasks", { project_id: "p", tasks });
    const fields = (await create({})).replace("Fields of an entry of tasks: ", "");
    for (const field of FIELDS.split(", ")) expect(fields.replace(/\.$/, "").split(", ")).toContain(field);
    expect(await create({ title: "T", name: "T" })).toBe(`Fields of an entry of tasks: ${fields}`);
    expect(await create({ name: "T" })).toBe(`Did you mean title? Fields of an entry of tasks: ${fields}`);
    expect(await create({ title: "T", priority: "asap" })).toBe("Correct the argument and call again.");
    expect(await create({ title: "T", external_ref: { sauce: "github", id: 7 } })).toBe(
      "Did you mean source? Fields of tasks.external_ref: source, id, url, batch.",
    );
  });

  it("names arguments before fields when names of both are wrong", async () => {
    expect(await hint("board_create_tasks", { tasks: [{ name: "T" }] })).toBe(
      "Did you mean title? Arguments of board_create_tasks: project_id, tasks, session_id, idempotency_key.",
    );
  });

  it.each<[tool: string, args: Args, meant: string]>([
    ["board_get_task", { id: "t" }, "task_id"],
    ["board_update_project", { id: "p" }, "project_id"],
    ["board_checkpoint_session", { id: "s" }, "session_id"],
    ["board_search", { q: "x" }, "query"],
    ["board_search", { text: "x" }, "query"],
    ["board_claim_task", { task_id: "t", agent: "ann" }, "agent_name"],
    ["board_claim_task", { task: "t", agent_name: "ann" }, "task_id"],
    ["board_create_session", { project_id: "p", agent_id: "ann" }, "agent_name"],
    ["board_create_task", { project_id: "p", title: "T", assignee: "ann" }, "assigned_agent"],
    ["board_create_task", { project_id: "p", name: "T" }, "title"],
    ["board_create_project", { title: "P" }, "name"],
    ["board_end_session", { session_id: "s", summary: "x" }, "progress_summary"],
    ["board_end_session", { session_id: "s", progress_summary: "x", notes: "y" }, "handoff_notes"],
    ["board_update_task", { taskId: "t" }, "task_id"],
  ])("%s %j: Did you mean %s?", async (tool, args, meant) => {
    expect(await refused(tool, args)).toMatchObject({
      code: "invalid_argument",
      hint: expect.stringContaining(`Did you mean ${meant}? `),
    });
  });

  it("guesses no name that the tool does not have or that is given besides", async () => {
    const args = { project_id: "p", title: "T" };
    for (const unknown of ["id", "name", "q", "summary", "constructor"])
      expect(await hint("board_create_task", { ...args, [unknown]: "x" })).not.toContain("Did you mean");
  });
});

describe("one text where a list of texts is declared", () => {
  it("is the list's only element", async () => {
    const project_id = await board.project();
    const { tasks } = await board.call("board_create_tasks", {
      project_id,
      tasks: [
        { ref: "one", title: "One", labels: "good first issue" },
        { title: "Two", depends_on: "$one", external_ref: { source: "s", id: "1" } },
      ],
    });
    const [one, two] = tasks;
    expect(await board.stored("tasks", one.id)).toMatchObject({ labels: ["good first issue"], depends_on: [] });
    expect(await board.stored("tasks", two.id)).toMatchObject({ depends_on: [one.id] });
    await board.call("board_update_task", { task_id: two.id, clear: "external_ref" });
    expect(await board.stored("tasks", two.id)).toMatchObject({ external_ref: null });
  });

  it.each(["a,b", "a, b", "5", '["a"', '"a"'])("%j is refused, and the form is shown", async (labels) => {
    expect(await refused("board_update_task", { task_id: "t", labels })).toMatchObject({
      message: 'board_update_task: labels: expected array, received string; write it as ["a","b"].',
      hint: "Correct the argument and call again.",
    });
  });
});

describe("a tool that there is not", () => {
  const unknown = (name: string) =>
    board.agent.client.callTool({ name, arguments: {} }).then(
      () => expect.fail("was not refused"),
      ({ code, message }) => ({ code, message: message.replace(/^(MCP error -?\d+: )+/, "") }),
    );

  it.each([
    ["board_update_tasks", " Did you mean board_update_task or board_bulk_update_tasks?"],
    ["boardGetTask", " Did you mean board_get_task or board_get_tasks?"],
    ["create_task", " Did you mean board_create_task or board_create_tasks?"],
    ["board_drop_database", ""],
  ])("%s: the nearest are named%s", async (name, question) => {
    const message = `Unknown tool ${name}.${question} tools/list names those that exist.`;
    expect(await unknown(name)).toEqual({ code: -32602, message });
  });

  it("is told short, and without what could disturb a terminal", async () => {
    const { message } = await unknown(`a\u001b[2J\u009b\u202e\u{e0041}${"x".repeat(50_000)}`);
    expect(message).toMatch(/^Unknown tool a\\u001b\[2J\\u009b\\u202e\\udb40\\udc41x{51}\. tools\/list /);
  });
});
