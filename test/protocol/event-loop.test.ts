import { describe, expect, it } from "vitest";
import { outcomeOf } from "../support/client.js";
import { TELLS_THREAD_TIME, useWatchedServer } from "../support/watched-server.js";

/* No operation may hold the event loop for more than 100 ms, or heartbeats, deadlines and other calls wait for it. */
describe.runIf(TELLS_THREAD_TIME)("the event loop of a server", () => {
  const server = useWatchedServer();
  const ofProject = () => ({ project_id: server().ids.project_id[0] });
  const plan = (count: number, description: string) =>
    Array.from({ length: count }, (_, at) => ({ title: `More ${at}`, description }));
  const letters = Array.from({ length: 250 }, (_, at) => String.fromCharCode(97 + (at % 26))).join(" ");
  const [project_id, long] = ["x".repeat(20), "日".repeat(20_000)];
  it.each<[what: string, tool: string, args: () => Record<string, unknown>]>([
    ["a search of 250 letters", "board_search", () => ({ query: letters })],
    ["a search of misspelt words", "board_search", () => ({ query: "wrods of mnay knids ".repeat(20) })],
    ["the whole text of 100 tasks", "board_get_tasks", () => ({ ...ofProject(), detail: "full", limit: 100 })],
    ["a handoff of 300 tasks", "board_get_handoff", ofProject],
    ["all that an agent may need", "session_init", () => ({ ...ofProject(), agent_id: "b", scope: "full" })],
    ["a plan that nobody has a project for", "board_create_tasks", () => ({ project_id, tasks: plan(60, long) })],
    ["far too many tasks", "board_create_tasks", () => ({ ...ofProject(), tasks: plan(20_000, "d") })],
    ["a text of 4 MB", "board_log_activity", () => ({ ...ofProject(), action: "a", details: "x".repeat(4_000_000) })],
  ])("is not held by %s", async (_, tool, args) => {
    const { agent, stallsOf } = server();
    expect(await stallsOf(() => outcomeOf(agent, tool, args()))).toEqual([]);
  });
});
