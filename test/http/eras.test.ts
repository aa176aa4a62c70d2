import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { callOver, connectHttp, useHttpServers } from "../support/http-server.js";
import { useDatabases } from "../support/lane.js";

const database = useDatabases();
const start = useHttpServers();

test("a client of SDK 1.x works, and is offered no subscriptions", async () => {
  const server = await start((await database()).env);
  const client = await connectHttp(server);
  expect(client.getServerCapabilities()?.resources).not.toHaveProperty("subscribe");
  const { tools } = await client.listTools();
  expect(tools.length).toBeGreaterThan(20);
  const call = callOver(client);
  const { id } = await call("board_create_project", { name: "Apollo" });
  expect(await call("board_get_projects")).toMatchObject({ projects: [{ id }] });
  const { contents } = await client.readResource({ uri: "board://projects" });
  expect(JSON.stringify(contents)).toContain(id);
  expect((await client.listPrompts()).prompts.length).toBeGreaterThan(2);
});

test.each([
  ["finds out the version", { mode: "auto" } as const],
  ["asks for 2026-07-28 alone", { mode: { pin: "2026-07-28" } } as const],
])("a client of SDK 2.x that %s", async (_, versionNegotiation) => {
  const server = await start((await database()).env);
  const client = new Client2({ name: "modern", version: "1.0.0" }, { versionNegotiation });
  const requestInit = { headers: { authorization: `Bearer ${server.token}` } };
  await client.connect(new Transport2(new URL(`${server.url}/mcp`), { requestInit }));
  expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  await client.callTool({ name: "board_create_project", arguments: { name: "Apollo" } });
  const { structuredContent } = await client.callTool({ name: "board_get_projects", arguments: {} });
  expect(structuredContent).toMatchObject({ projects: [{ name: "Apollo" }] });
  await client.close();
});
