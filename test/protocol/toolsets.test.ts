import { afterEach, describe, expect, it } from "vitest";
import { TOOLS, TOOLSET_NAMES, TOOLSETS } from "../../src/tools/index.js";
import { runCli } from "../support/cli.js";
import { type Agent, startAgent } from "../support/client.js";

/** Settings with which no store can be opened: which tools are listed must not depend on one. */
const NO_STORE = { FIREBOARD_STORE: "emulator" };

let agent: Agent | undefined;
afterEach(async () => {
  await agent?.close();
  agent = undefined;
});

/** The names that a server of these settings lists. */
async function offered(env: Record<string, string>): Promise<string[]> {
  agent = await startAgent({ ...NO_STORE, ...env });
  const { tools } = await agent.client.listTools();
  return tools.map(({ name }) => name);
}

const named = (tools: readonly { name: string }[]) => tools.map(({ name }) => name);
const BOARD = named(TOOLSETS.board);
const READING = named(TOOLS.filter(({ annotations }) => annotations.readOnlyHint));

describe("which tools are offered", () => {
  it.each<[name: string, env: Record<string, string>, expected: string[]]>([
    ["all, when nothing is chosen", {}, named(TOOLS)],
    ["one toolset", { FIREBOARD_TOOLSETS: "board" }, BOARD],
    [
      "toolsets in a fixed order, however they are ordered in the setting",
      { FIREBOARD_TOOLSETS: " log ,board," },
      [...BOARD, ...named(TOOLSETS.log)],
    ],
    ["single tools alone", { FIREBOARD_TOOLS: "board_search,board_get_task" }, ["board_get_task", "board_search"]],
    [
      "single tools besides toolsets",
      { FIREBOARD_TOOLSETS: "log", FIREBOARD_TOOLS: "board_search" },
      ["board_search", ...named(TOOLSETS.log)],
    ],
    [
      "all but some",
      { FIREBOARD_EXCLUDE_TOOLS: "board_delete_task" },
      named(TOOLS).filter((name) => name !== "board_delete_task"),
    ],
    [
      "exclusion wins over choice",
      { FIREBOARD_TOOLS: "board_search,board_get_task", FIREBOARD_EXCLUDE_TOOLS: "board_search" },
      ["board_get_task"],
    ],
    ["only reading tools", { FIREBOARD_READ_ONLY: "true" }, READING],
    [
      "read-only wins over choice",
      { FIREBOARD_READ_ONLY: "1", FIREBOARD_TOOLS: "board_create_task,board_get_task" },
      ["board_get_task"],
    ],
    [
      "for one project, all but the tool that creates projects",
      { FIREBOARD_ONLY_PROJECT: "p" },
      [...named(TOOLS).filter((name) => name !== "board_create_project")],
    ],
  ])("%s", async (_, env, expected) => {
    expect(await offered(env)).toEqual(expected);
  });

  it("flags work like the environment, in `fireboard tools` too", () => {
    const flags = ["--toolsets", "board", "--exclude-tools", "board_search", "--read-only"];
    const listed = JSON.parse(runCli(["tools", "--json", ...flags]).stdout);
    expect(named(listed)).toEqual(BOARD.filter((name) => READING.includes(name) && name !== "board_search"));
  });

  it("with one project no tool takes its id, and the other arguments stay the same", async () => {
    const all = await startAgent(NO_STORE);
    const { tools: before } = await all.client.listTools();
    await all.close();
    agent = await startAgent({ ...NO_STORE, FIREBOARD_ONLY_PROJECT: "p" });
    const { tools } = await agent.client.listTools();
    for (const { name, inputSchema } of tools) {
      const { properties = {}, required = [] } = before.find((tool) => tool.name === name)?.inputSchema ?? {};
      const { project_id: _, projectId: __, ...rest } = properties as Record<string, unknown>;
      expect(inputSchema.properties).toEqual(rest);
      expect(inputSchema.required ?? []).toEqual(required.filter((argument) => !/^project_?id$/i.test(argument)));
    }
  });
});

describe("an impossible choice is refused at the start, in one line and with exit code 2", () => {
  it.each([
    [
      "a toolset",
      ["--toolsets", "board,bored"],
      `fireboard: there is no toolset "bored". There are: ${TOOLSET_NAMES.join(", ")}.`,
    ],
    ["a tool", ["--tools", "board_get_tasks,get_tasks"], 'there is no tool "get_tasks"'],
    ["a tool to leave out", ["--exclude-tools", "x\ny"], 'there is no tool "x\\ny"'],
    ["nothing left", ["--read-only", "--tools", "board_create_task"], "these settings leave no tool to offer"],
    ["nothing named", ["--toolsets", ","], "these settings leave no tool to offer"],
  ])("%s", (_, flags, line) => {
    const { status, stdout, stderr } = runCli(["serve", ...flags], NO_STORE);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
