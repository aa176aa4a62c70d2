import { expect, it } from "vitest";
import { errorOf } from "../support/client.js";
import { useDatabases } from "../support/lane.js";
import { type RawServer, startInitialized, toolCall } from "../support/raw-server.js";

const database = useDatabases();

async function end(server: RawServer): Promise<void> {
  server.end();
  expect(await server.exited).toBe(0);
}

const PING = { jsonrpc: "2.0", id: 1, method: "ping" };

it("writes nothing but JSON-RPC to stdout and log lines to stderr during a long session with failures and cancellations", async () => {
  const server = await startInitialized((await database()).env);
  const ids = Array.from({ length: 60 }, (_, at) => at + 1);
  for (const id of ids) {
    const request = (method: string, params: object = {}) => ({ jsonrpc: "2.0", id, method, params });
    const call = [
      toolCall(id, "board_create_project", { name: `Project ${id}` }),
      toolCall(id, "board_get_task", { task_id: "none" }),
      toolCall(id, "board_create_task", { nonsense: true }),
      toolCall(id, "no_such_tool"),
      request("no/such/method"),
      request("server/discover"),
      request("resources/read", { uri: "board://projects" }),
      request("resources/read", { uri: "board://tasks/none" }),
      request("resources/list", { cursor: "forged" }),
      request("prompts/get", { name: "triage", arguments: { project: "nobody" } }),
      request("completion/complete", {
        ref: { type: "ref/prompt", name: "triage" },
        argument: { name: "project", value: "P" },
      }),
    ][id % 11] as object;
    const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id, reason: "test" } };
    server.send(call, ...(id % 10 === 0 ? [cancel] : []));
  }
  await Promise.all(ids.filter((id) => id % 10 !== 0).map((id) => server.answer(id)));
  await end(server);
  for (const line of server.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  expect(server.lines.length).toBeGreaterThanOrEqual(54);
  const logged = server.stderr().trimEnd().split("\n");
  for (const line of logged) expect(JSON.parse(line), line).toMatchObject({ event: expect.any(String) });
  expect(logged.length).toBeGreaterThanOrEqual(2);
});

it("ends by itself when nobody reads its stdout any more", async () => {
  const server = await startInitialized((await database()).env);
  server.closeStdout();
  server.send(PING);
  expect(await server.exited).toBe(1);
  expect(server.stderr()).toContain('"store_closed":true');
});

it("answers an unknown method and an unknown tool with errors of the protocol", async () => {
  const server = await startInitialized((await database()).env);
  expect((await server.ask("no/such/method")).error.code).toBe(-32601);
  const unknown = await server.ask("tools/call", { name: "board_get_project", arguments: {} });
  expect(unknown.error).toMatchObject({ code: -32602, message: expect.stringContaining("tools/list") });
  await end(server);
});

it.each([
  ["a list", ["not", "an", "object"]],
  ["a text", "limit=5"],
  ["a number", 5],
])("refuses arguments that are %s like any other invalid argument", async (_, args) => {
  const server = await startInitialized((await database()).env);
  const { result } = await server.ask("tools/call", { name: "board_get_projects", arguments: args });
  expect(result.isError).toBe(true);
  expect(errorOf(result)).toMatchObject({ code: "invalid_argument" });
  const nothing = await server.ask("tools/call", { name: "board_get_projects", arguments: null });
  expect(nothing.result.structuredContent).toEqual({ projects: [], next_cursor: null });
  await end(server);
});
