import { describe, expect, it } from "vitest";
import type { BoardError } from "../../src/board/core/errors.js";
import { checkArguments } from "../../src/calls/check-arguments.js";
import type { Tool } from "../../src/tools/define.js";
import { TOOLS } from "../../src/tools/index.js";
import { sloppyForms, validValues } from "../support/sloppy-forms.js";

const KNOWN = { sessionId: "00000000-0000-4000-8000-000000000000" };
const tool = (name: string) => TOOLS.find((each) => each.name === name) as Tool;
const refusal = (name: string, args: unknown) => {
  try {
    checkArguments(tool(name), args);
  } catch (error) {
    return (error as BoardError).message;
  }
  return null;
};

describe.each(TOOLS)("$name", (each) => {
  it.each(sloppyForms(each, validValues(each, KNOWN)))("$form", ({ sloppy, strict }) => {
    expect(checkArguments(each, sloppy)).toEqual(checkArguments(each, strict));
  });
});

describe("what is no sloppy form stays a fault:", () => {
  const BAD: [tool: string, args: Record<string, unknown>][] = [
    ...["NaN", "Infinity", "1e3x", "0x10", " 5 ", "5 ", "+5", "05", ".5", "five", "1_000", "[5]"].map(
      (limit): [string, Record<string, unknown>] => ["board_get_projects", { limit }],
    ),
    ["board_get_projects", { limit: "2.5" }],
    ["board_get_projects", { limit: "1e400" }],
    ["board_get_tasks", { project_id: "p", ready: "yes" }],
    ["board_get_tasks", { project_id: "p", ready: 1 }],
    ["board_get_tasks", { project_id: "p", ready: " true" }],
    ["board_create_task", { project_id: "p", title: "t", depends_on: "a,b" }],
    ["board_create_task", { project_id: "p", title: "t", depends_on: "a b" }],
    ["board_create_task", { project_id: "p", title: "t", depends_on: '"a"' }],
    ["board_create_task", { project_id: "p", title: "t", labels: "5" }],
    ["board_bulk_update_tasks", { task_ids: "" }],
    ["board_create_tasks", { project_id: "p", tasks: "Write it" }],
    ["board_create_task", { project_id: "p", title: "t", depends_on: '["a"' }],
    ["board_create_task", { project_id: "p", title: "t", metadata: "[1]" }],
    ["board_create_task", { project_id: "p", title: "t", metadata: "null" }],
    ["board_create_task", { project_id: "p", title: "t", status: "constructor" }],
    ["board_create_task", { project_id: "p", title: "t", __proto__x: 1 }],
    ["board_create_task", { project_id: "p", title: 5 }],
    ["board_create_task", { project_id: null, title: "t" }],
    ["board_create_task", { project_id: "p", title: "" }],
    ["board_update_project", { project_id: "p", status: "pending" }],
    ["board_update_task", { task_id: "t", title: "new", clear: ["title"] }],
    ["board_update_task", { task_id: "t", description: "new", clear: ["description"] }],
    ...["project_id", "session_id", "if_updated_at", "idempotency_key"].flatMap((guard) =>
      ["", "  "].map((empty): [string, Record<string, unknown>] => [
        "board_update_task",
        { task_id: "t", [guard]: empty },
      ]),
    ),
  ];
  it.each(BAD)("%s %j", (name, args) => {
    expect(refusal(name, args)).toMatch(new RegExp(`^${name}: `));
  });

  it.each(["limit=5", "[1]", "5", "true", '"{}"', "{"])("%j as the arguments", (text) => {
    expect(refusal("board_get_projects", text)).toContain("expected object");
  });
});

it.each(["", " ", "null", "{}", null, undefined])("%j as the arguments is none", (none) => {
  expect(checkArguments(tool("board_get_projects"), none)).toEqual({ limit: 50 });
});

it("a resolution that the call gives itself stands", () => {
  const args = { task_id: "t", status: "wontfix", resolution: "duplicate" };
  expect(checkArguments(tool("board_update_task"), args)).toEqual({ ...args, status: "done" });
});

it("free-form data stays as it was sent", () => {
  const metadata = { a: "5", b: "true", c: null, d: "", status: "pending", toolCallId: "x", __proto__x: '{"k":1}' };
  const call = (value: unknown) =>
    checkArguments(tool("board_create_project"), { name: "x", metadata: value }).metadata;
  expect(call(metadata)).toEqual(metadata);
  expect(call(JSON.stringify(metadata))).toEqual(metadata);
});

it("an unknown field inside of a list is named, in short", () => {
  const item = { role: "user", content: "c", category: "reasoning", ["x".repeat(5_000)]: 1, "a\nb": 2 };
  expect(refusal("sessionlog_append_dialog", { dialogItems: [item] })).toBe(
    `sessionlog_append_dialog: dialogItems.0: unknown ${"x".repeat(60)}, a\\nb.`,
  );
});

it("is read inside of lists and objects that the tool declares", () => {
  const given = {
    ref: "a",
    title: "T",
    status: "pending",
    parent_task_id: "",
    labels: '["x"]',
    external_ref: '{"source":"s","id":"1"}',
  };
  const { tasks } = checkArguments(tool("board_create_tasks"), { project_id: "p", tasks: [JSON.stringify(given)] });
  const external_ref = { source: "s", id: "1", url: null, batch: null };
  const task = { ref: "a", title: "T", status: "todo", parent_task_id: null, labels: ["x"], external_ref };
  expect(tasks).toEqual([expect.objectContaining(task)]);
});

it("a declared argument of a host's name is kept", () => {
  const { sessionId } = checkArguments(tool("sessionlog_begin_turn"), {
    ...{ sessionId: "s", requestId: "r", queryTitle: "t", queryText: "", toolCallId: "x" },
  });
  expect(sessionId).toBe("s");
});

it("empty text is a value where it means something", () => {
  expect(checkArguments(tool("board_get_tasks"), { project_id: "p", assigned_agent: "" }).assigned_agent).toBe("");
  expect(checkArguments(tool("session_init"), { intent: "" }).intent).toBe("");
});
