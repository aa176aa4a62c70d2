import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { renderHandoff, ShownHandoff } from "../../src/commands/quickstart/handoff.js";
import { hostSetups } from "../../src/commands/quickstart/hosts.js";

test.each(["/plain/dist/cli.js", "/with space/it's $HOME/cli.js"])(
  "a shell reads %s from the Claude Code line unchanged",
  (path) => {
    const claude = hostSetups(path).find(({ host }) => host === "Claude Code");
    const [, words = ""] = claude?.paste.split(" -- node ") ?? [];
    expect(execFileSync("sh", ["-c", `printf %s ${words}`], { encoding: "utf8" })).toBe(path);
  },
);

test("a path with quotes and backslashes survives in JSON and TOML", () => {
  const path = 'C:\\Users\\"me"\\cli.js';
  const [, cursor, codex] = hostSetups(path).map(({ paste }) => paste);
  expect(JSON.parse(cursor ?? "").mcpServers.fireboard.args).toEqual([path]);
  expect(codex).toContain('args = ["C:\\\\Users\\\\\\"me\\"\\\\cli.js"]');
});

test("a handoff without earlier sessions is short", () => {
  const handoff = ShownHandoff.parse({
    project: { name: "New", status: "active" },
    last_session: null,
    active_tasks: [],
    active_task_count: 0,
    recent_activity: [],
  });
  expect(renderHandoff(handoff)).toBe("Project        New (active)\nLast session   none");
});

test("artifacts of any shape are shown, and only open dependencies", () => {
  const text = renderHandoff({
    project: { name: "P", status: "active" },
    last_session: {
      status: "abandoned",
      progress_summary: null,
      handoff_notes: "first line\nsecond line",
      context_artifacts: { branch: "main", review: { by: "grace" } },
    },
    active_tasks: [
      { id: "b", title: "B", status: "todo", priority: "low", assigned_agent: null, depends_on: ["done-long-ago"] },
    ],
    active_task_count: 41,
    recent_activity: [{ action: "commented", agent_name: "ada", details: null, created_at: null }],
  });
  expect(text).toContain("Notes for you\n  first line\n  second line\n");
  expect(text).toContain("Branch\n  - main\n");
  expect(text).toContain('Review\n  - {"by":"grace"}\n');
  expect(text).toContain("Open tasks (41)\n  low      todo        B\n                       b, nobody\n");
  expect(text).toMatch(/-------- {2}ada +commented$/);
});
