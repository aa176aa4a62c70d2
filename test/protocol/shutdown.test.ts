import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/firestore/open-store.js";
import { useDatabases } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";
import { INITIALIZE, type RawServer, startInitialized, startRaw, toolCall } from "../support/raw-server.js";
import { dialog, newRequestId, newSessionId, stored } from "../support/turnlog.js";

const database = useDatabases();

/** Ways to stop a server. */
const WAYS: Record<string, (server: RawServer) => void> = {
  "the end of stdin": (server) => server.end(),
  SIGINT: (server) => server.kill("SIGINT"),
  SIGTERM: (server) => server.kill("SIGTERM"),
};

describe.each(Object.entries(WAYS))("%s", (_, stop) => {
  it("ends an idle server with code 0", async () => {
    const server = await startInitialized((await database()).env);
    stop(server);
    expect(await server.exited).toBe(0);
    expect(server.stderr()).toContain('"event":"stopped"');
  });

  it("lets a running call finish and closes the store, whose file opens again", async () => {
    const { env, config } = await database();
    const server = await startInitialized(env);
    server.send(toolCall(1, "board_get_projects"));
    await server.answer(1);
    server.send(toolCall(2, "board_create_project", { name: "Last" }), toolCall(3, "board_get_projects"));
    await server.answer(3);
    stop(server);
    expect(await server.exited).toBe(0);
    const { id } = (await server.answer(2)).result.structuredContent;
    expect(server.stderr()).toContain('"store_closed":true');

    const log = statSync(join(env.FIREBOARD_DATA_DIR as string, "fireboard.db-wal"), { throwIfNoEntry: false });
    expect(log?.size ?? 0).toBe(0);
    const store = await openStore(config);
    expect((await store.ref("projects", id).get()).get("name")).toBe("Last");
    await store.close();
  });
});

it("answers everything that was asked before stdin ended, large answers included", async () => {
  const { env } = await database();
  const description = "long ".repeat(4_000);
  const names = Array.from({ length: 12 }, (_, at) => `Project ${at}`);
  const filler = await startInitialized(env);
  for (const name of names)
    await filler.ask("tools/call", toolCall(0, "board_create_project", { name, description }).params);
  filler.end();
  await filler.exited;

  const server = await startInitialized(env);
  const ids = [1, 2, 3];
  server.send(...ids.map((id) => toolCall(id, "board_get_projects", { limit: 200 })));
  server.end();
  expect(await server.exited).toBe(0);
  for (const id of ids) {
    const { result } = await server.answer(id);
    expect(result.structuredContent.projects).toHaveLength(names.length);
  }
});

it("does everything that was piped into it, in order", async () => {
  const { env, config } = await database();
  const server = startRaw(env);
  const sessionId = newSessionId();
  const requestId = newRequestId();
  const appends = Array.from({ length: 40 }, (_, at) =>
    toolCall(10 + at, "sessionlog_append_dialog", { dialogItems: dialog(1, at) }),
  );
  server.send(
    { jsonrpc: "2.0", id: 1, method: "initialize", params: INITIALIZE },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    toolCall(2, "sessionlog_open_session", { agent: "ClaudeCowork", sessionId, title: "Piped" }),
    toolCall(3, "sessionlog_begin_turn", { requestId, queryTitle: "t", queryText: "" }),
    ...appends,
    toolCall(4, "sessionlog_complete_turn"),
    { jsonrpc: "2.0", id: 5, method: "resources/read", params: { uri: `board://sessions/${sessionId}` } },
  );
  server.end();
  expect(await server.exited).toBe(0);
  for (const id of [2, 3, 4, ...appends.map((call) => call.id)])
    expect((await server.answer(id)).result.isError).toBeUndefined();
  const [shown] = (await server.answer(5)).result.contents;
  expect(JSON.parse(shown.text)).toMatchObject({ id: sessionId, turn_count: 1 });
  const { store, db } = await openDatabase(config);
  const items = await stored(db, sessionId, requestId).dialog();
  await store.close();
  expect(items.map(({ content }) => content)).toEqual(dialog(40).map(({ content }) => content));
});

it("answers a whole session that was piped into it", async () => {
  const server = startRaw((await database()).env);
  server.send(
    { jsonrpc: "2.0", id: 1, method: "initialize", params: INITIALIZE },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: 2, method: "tools/list" },
    toolCall(3, "board_create_project", { name: "Piped" }),
  );
  server.end();
  expect(await server.exited).toBe(0);
  expect(server.lines.map((line) => JSON.parse(line).id).sort()).toEqual([1, 2, 3]);
  expect((await server.answer(3)).result.structuredContent).toMatchObject({ name: "Piped", status: "active" });
});
