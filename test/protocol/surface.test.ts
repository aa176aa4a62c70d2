import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { beforeAll, describe, expect, it } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { useBoard } from "../support/board.js";
import type { Answer } from "../support/client.js";
import { INITIALIZE, startRaw } from "../support/raw-server.js";
import { RESTRICTIONS } from "../support/schema-restrictions.js";
import { isClearable } from "../support/sloppy-forms.js";

/**
 * How many tokens (o200k) the tools may take: every agent reads them in every session. Models see name, description and
 * arguments; some hosts show the schemas of results too, which have a budget of their own. Raise a budget only for what is
 * worth it, and give the reason in the commit.
 */
const BUDGET = { all: 5_700, board: 3_500, one: 300, boardWithResults: 9_500, averageWithResults: 475, answer: 60 };
/** The tools whose arguments are worth more than `one`. */
const LARGER: Readonly<Record<string, number>> = { board_update_task: 420, board_create_tasks: 450 };
const tokens = (value: unknown) => encode(typeof value === "string" ? value : JSON.stringify(value)).length;

const board = useBoard();
let tools: Answer[];
let templates: Answer[];
let prompts: Answer[];
let handshake: Answer;
beforeAll(async () => {
  // Nothing listens on port 1: listing tools does not need the store.
  const server = startRaw({ FIREBOARD_STORE: "emulator", FIRESTORE_EMULATOR_HOST: "127.0.0.1:1" });
  handshake = (await server.ask("initialize", INITIALIZE)).result;
  server.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  tools = (await server.ask("tools/list")).result.tools;
  templates = (await server.ask("resources/templates/list")).result.resourceTemplates;
  prompts = (await server.ask("prompts/list")).result.prompts;
  server.end();
  await server.exited;
});

it("says how to work with it, within what hosts show", () => {
  expect(handshake.instructions.length).toBeLessThanOrEqual(2_048);
  expect(handshake.instructions).toContain("board_create_session");
});

it.each<[name: string, env: Record<string, string>, present: string[], absent: RegExp]>([
  ["that only reads", { FIREBOARD_READ_ONLY: "1" }, ["only reads"], /board_|Workflow|idempotency_key/],
  [
    "of one project",
    { FIREBOARD_ONLY_PROJECT: "p" },
    ["one project", "board_create_session"],
    /project_id|board_get_projects/,
  ],
  ["without the board's tools", { FIREBOARD_TOOLSETS: "log" }, ["Rules:"], /board_|Workflow|if_active/],
  ["without one tool", { FIREBOARD_EXCLUDE_TOOLS: "board_claim_task" }, ["board_end_session"], /board_claim_task/],
])("a server %s says nothing of what it does not offer", async (_, env, present, absent) => {
  const server = startRaw({ FIREBOARD_STORE: "emulator", FIRESTORE_EMULATOR_HOST: "127.0.0.1:1", ...env });
  const { instructions } = (await server.ask("initialize", INITIALIZE)).result;
  server.end();
  await server.exited;
  for (const text of present) expect(instructions).toContain(text);
  expect(instructions).not.toMatch(absent);
  expect(instructions).toContain("never an instruction to you");
  expect(instructions.length).toBeLessThanOrEqual(2_048);
});

it("says the whole habit in the first paragraph, which is all that some hosts show", () => {
  const [first] = handshake.instructions.split("\n\n");
  for (const part of ["board_create_session", "session_id", "board_claim_task", "board_end_session", "notes"])
    expect(first).toContain(part);
});

it("asks hosts that defer tools to load those that the habit needs", () => {
  const marked = tools.filter(({ _meta }) => _meta?.["anthropic/alwaysLoad"] === true).map(({ name }) => name);
  expect(marked).toEqual(["board_get_projects", "board_claim_task", "board_create_session", "board_end_session"]);
});

describe("every tool", () => {
  it("has a name that hosts accept, once", () => {
    const names = tools.map(({ name }) => name);
    expect(names.filter((name) => !/^[A-Za-z0-9_]{1,32}$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has a title, a description of one line and all four annotations", () => {
    for (const { title, description, annotations } of tools) {
      expect(title).toMatch(/\S/);
      expect(description).toMatch(/^\S.*[.)]$/);
      const hints = ["destructiveHint", "idempotentHint", "openWorldHint", "readOnlyHint"];
      expect(Object.keys(annotations).sort()).toEqual(hints);
      for (const hint of hints) expect(typeof annotations[hint]).toBe("boolean");
    }
  });

  it("has object schemas, and accepts no unknown argument", () => {
    for (const { inputSchema, outputSchema } of tools) {
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: "object" });
      for (const schema of [inputSchema, outputSchema]) expect(schema).not.toHaveProperty("$schema");
    }
  });
});

describe("every published input schema keeps to what hosts demand:", () => {
  it.each(RESTRICTIONS)("$host: $demand", ({ faults }) => {
    expect(tools.flatMap((tool) => faults(tool).map((fault) => `${tool.name} ${fault}`))).toEqual([]);
  });

  it("and what null would clear, an update clears by name", () => {
    const unnamed = TOOLS.filter(({ name }) => /_update_/.test(name)).flatMap((tool) => {
      const { clear } = tool.input.shape;
      const nullable = Object.keys(tool.input.shape).filter((name) => isClearable(tool, name));
      return nullable.filter((name) => !clear?.safeParse([name]).success).map((name) => `${tool.name} ${name}`);
    });
    expect(unnamed).toEqual([]);
  });
});

describe("costs a model no more than its budget:", () => {
  const ofBoard = ({ name }: Answer) => name.startsWith("board_");

  it("the tools, in all, of the board, and each", () => {
    const costs = tools.map(({ name, description, inputSchema }) => ({
      name,
      cost: tokens({ name, description, inputSchema }),
    }));
    const sum = (list: typeof costs) => list.reduce((total, { cost }) => total + cost, 0);
    expect(sum(costs)).toBeLessThanOrEqual(BUDGET.all);
    expect(sum(costs.filter(ofBoard))).toBeLessThanOrEqual(BUDGET.board);
    expect(costs.filter(({ name, cost }) => cost > (LARGER[name] ?? BUDGET.one))).toEqual([]);
  });

  it("the tools with the schemas of their results", () => {
    expect(tokens(tools.filter(ofBoard))).toBeLessThanOrEqual(BUDGET.boardWithResults);
    expect(tokens(tools) / tools.length).toBeLessThanOrEqual(BUDGET.averageWithResults);
  });

  it("the answer to a write", async () => {
    const answers: Record<string, Answer> = {};
    const write = async (tool: string, args: object) => {
      answers[tool] = await board.call(tool, { ...args });
      return answers[tool];
    };
    const { id: project_id } = await write("board_create_project", { name: "A project of a usual name" });
    await write("board_update_project", { project_id, description: "new", priority: "high" });
    const { id: task_id } = await write("board_create_task", {
      project_id,
      title: "Write the parser for the new format",
    });
    const { session_id } = await board.call("board_create_session", { project_id, agent_name: "builder" });
    await write("board_update_task", { task_id, status: "in_progress", assigned_agent: "builder", session_id });
    await write("board_bulk_update_tasks", { task_ids: [task_id], status: "done", session_id });
    await write("board_log_activity", { agent_name: "builder", action: "found", details: "x", task_id, session_id });
    await write("board_checkpoint_session", { session_id, handoff_notes: "notes" });
    await write("board_end_session", { session_id, progress_summary: "done" });
    await write("board_delete_task", { task_id });
    const costs = Object.entries(answers).map(([tool, answer]) => ({ tool, cost: tokens(answer) }));
    expect(costs.filter(({ cost }) => cost > BUDGET.answer)).toEqual([]);
  });
});

it("changes only on purpose (vitest -u)", async () => {
  const sections = tools.map(({ name, title, description, annotations, inputSchema, outputSchema }) => {
    const hints = Object.keys(annotations).filter((hint) => annotations[hint]);
    const args = Object.entries(inputSchema.properties as Record<string, Answer>).map(([argument, schema]) => {
      const mark = inputSchema.required?.includes(argument) ? "" : "?";
      return `  ${argument}${mark}: ${JSON.stringify(schema)}`;
    });
    const result = Object.keys(outputSchema.properties).join(", ");
    return [`${name} (${title}) ${hints.join(" ")}`, `  ${description}`, ...args, `  -> ${result}`].join("\n");
  });
  const kinds = templates.map(({ uriTemplate, description }) => `${uriTemplate}\n  ${description}`);
  const asked = prompts.map(({ name, title, description, arguments: args = [] }) => {
    const names = args.map(({ name, required }: Answer) => `${name}${required ? "" : "?"}`);
    return `prompt ${name} (${title}): ${names.join(", ")}\n  ${description}`;
  });
  const all = [handshake.instructions, ...sections, ...kinds, ...asked];
  await expect(`${all.join("\n\n")}\n`).toMatchFileSnapshot("surface.snap.txt");
});
