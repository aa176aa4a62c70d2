import { expect, it } from "vitest";
import { useDatabases } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";
import { startInitialized, toolCall } from "../support/raw-server.js";

const database = useDatabases();

const cancelled = (requestId: number, reason?: string) => ({
  jsonrpc: "2.0",
  method: "notifications/cancelled",
  params: { requestId, ...(reason ? { reason } : {}) },
});

it.each([
  ["before the store is open", false],
  ["when the store is open", true],
])("a call that is cancelled %s is not answered and writes nothing", async (_, open) => {
  const { env, config } = await database();
  const server = await startInitialized(env);
  if (open) {
    server.send(toolCall(1, "board_get_projects"));
    await server.answer(1);
  }
  server.send(
    toolCall(2, "board_create_project", { name: "Cancelled" }),
    cancelled(2, "the user pressed escape"),
    toolCall(3, "board_create_project", { name: "Cancelled, too" }),
    cancelled(3),
    toolCall(4, "board_create_project", { name: "Kept" }),
  );
  const kept = (await server.answer(4)).result.structuredContent.id;
  server.end();
  expect(await server.exited).toBe(0);
  expect(server.lines.map((line) => JSON.parse(line).id)).not.toContain(2);
  expect(server.lines.map((line) => JSON.parse(line).id)).not.toContain(3);
  expect(server.stderr()).not.toContain("tool_failed");

  const { store, db } = await openDatabase(config);
  const projects = await db.collection("projects").get();
  const entries = await db.collection("activity_log").get();
  await store.close();
  expect(projects.docs.map(({ id }) => id)).toEqual([kept]);
  expect(entries.size).toBe(1);
});

it("cancelling a call that has ended or never existed is ignored", async () => {
  const server = await startInitialized((await database()).env);
  server.send(cancelled(7), toolCall(1, "board_get_projects"));
  await server.answer(1);
  server.send(cancelled(1), toolCall(2, "board_get_projects"));
  expect((await server.answer(2)).result.structuredContent).toEqual({ projects: [], next_cursor: null });
  server.end();
  expect(await server.exited).toBe(0);
});
